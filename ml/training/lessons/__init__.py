"""How the ranker is taught honestly: earlier moments, what was known then, and what came next.

``windows`` are the moments, ``samples`` the lessons about them, ``launches`` those about new items,
``asking`` the way in which a bundle is asked there as in serving, ``present`` what was popular at
each moment; ``ranker_training`` grows the trees.
"""
