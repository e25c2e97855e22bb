"""A bundle from more purchases than one machine holds: the same arrays, counted by Apache Spark.

``folder`` reads purchases, ``rules`` holds them to what they must be, ``histories`` numbers them
into rows that stay in the cluster. ``related_items``, ``next_basket``, ``factors``, ``popularity``
and ``rhythms`` count and learn from these, each array by the formula and the constants of its
namesake in ``ml.training.artefacts``; what is told of two items is made in ``products``.
``artefacts`` puts the arrays together. What reaches the driver belongs to items, but for the
customers of ``sampling``, whom the learner of one machine has at hand; ``known`` tells from what it
shows of them what was known of everybody. ``engine`` hands all of it to a run.
"""
