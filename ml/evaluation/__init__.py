"""How good a model is, said honestly: the same question to every model, with intervals.

``question`` hides the future, ``beginners`` asks about those whom it leaves out, ``validation``
asks what hyperparameters are chosen by; ``recommender`` is what is asked. ``baselines``,
``frequency_neighbours`` and ``recency_neighbours`` are what a model must beat, the last two on a
``neighbour_table`` and its ``best_columns``; so are ``descriptions``, where ``new_items`` are made.
``metrics`` score each customer, ``intervals`` say how sure that is, ``comparison`` puts it side by
side, ``strata`` part by part; ``calibration`` holds probabilities against what happened.
"""
