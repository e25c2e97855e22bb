"""MLflow as used here: runs, registered versions, who is champion, and the folder of services.

``run_records`` keeps runs, ``registry`` versions beside them, ``promotion_log`` every move of the
champion for ever; ``rollback`` goes back, ``publish`` brings a version to the folder that the
services watch.
Light enough for a sidecar: nothing here knows how a model is learned.
"""
