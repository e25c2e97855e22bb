"""How a model is made: from purchase histories to a bundle that the services watch.

``purchases`` turns a data set into arrays, ``factors`` and ``related_items`` learn from them,
``artefacts`` puts a bundle's arrays together, ``windows`` and ``ranker_training`` teach the ranker
honestly, ``learning`` is all of that in one call. ``train`` evaluates, refits and registers,
``promote`` and ``rollback`` move aliases and log it, ``publish`` brings a registered model to the
folder, ``learning_commands`` and ``registry_commands`` are what ``python -m ml`` calls.
"""
