"""Hyperparameters, chosen by a data set's own validation part in trials that can go on later."""
