"""How Ofone learns: data sets, simulation, models, evaluation and training.

Services see ``ml.model`` alone; everything else runs where models are made.
"""
