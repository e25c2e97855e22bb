"""What ``python -m ml`` calls, a module for each group of commands.

``retrain`` does a night of them and leaves a ``trail``.
"""
