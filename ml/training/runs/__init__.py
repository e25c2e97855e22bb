"""A training run: ``train`` does and keeps the ``run_steps``, so that one cut off goes on.

``measuring`` leaves what the gate needs, ``kept_steps`` what a later start of the same run needs.
"""
