"""What is counted and fitted from purchase histories: every array of a bundle but the ranker.

``purchases`` turns a data set into arrays; ``factors``, ``related_items``, ``rhythms`` and
``next_basket`` learn from them, ``attribute_map`` places new items; ``bundle_arrays`` puts
everything together. What is learned belongs to items, never to customers.
"""
