"""What is typed behind ``python -m ml``: options in, sentences and exit codes out.

``learning`` holds the commands that make data sets and models, ``insight`` those that look into a
model, ``life`` those about life stages, ``champion`` those about the model in service; ``options``
are what they share. What they do is in ``ml.training`` and ``ml.spark``, which ``loading`` imports
when a command runs: help should not wait for MLflow.
"""
