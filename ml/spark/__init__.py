"""A bundle from more purchases than one machine holds: the same arrays, counted by Apache Spark.

``folder`` reads a dataset folder into ``histories``, rows of numbers that stay in the cluster;
``related_items``, ``factors``, ``popularity`` and ``rhythms`` count and learn from them, each array
by the formula and the constants of its namesake in ``ml.training``; ``artefacts`` puts the arrays
together. What reaches the driver belongs to items.
"""
