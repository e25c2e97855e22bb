"""How good a model is, said honestly: the same question to every model, with intervals.

``question`` hides the future, ``recommender`` is what is asked, ``baselines`` and
``frequency_neighbours`` are what a model must beat, ``metrics`` score each customer, ``intervals``
say how sure that is, ``comparison`` puts it side by side.
"""
