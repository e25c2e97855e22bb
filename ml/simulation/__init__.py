"""A small town of customers whose tastes, rhythms and lives are known, for tests and for the demo.

``town`` is the configuration and what all share, ``aisles``, ``catalogue`` and ``lives`` what is
sold and how people live; ``tastes``, ``favourites``, ``courses`` and ``people`` who buys;
``choices`` and ``shopping`` how a life becomes baskets; ``simulate`` the whole town as a data set
with its truth.
"""
