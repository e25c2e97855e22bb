"""A look into a model: what features are worth, how rhythms are learned, what is known of the new.

``ablation`` takes features away, ``cold_start`` makes items new on purpose and ``newcomers``
customers, ``coffee_and_tea`` follows people day by day; each has a report of its own.
"""
