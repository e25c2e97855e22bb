"""How a model is made, judged and put in service: from purchase histories to a watched folder.

``source`` opens a data set, ``learning`` makes a bundle of it in one call, ``sealing`` gives it a
name, ``learned`` asks the whole model as a recommender; ``training_config`` says how, and
``config_file`` is how people say it, within ``bounds``.

In the order in which they build on one another: ``artefacts`` are counted, ``lessons`` teach the
ranker, ``tuning`` chooses, ``judging`` compares; ``gate`` decides, ``drift`` watches, ``insight``
explains; ``runs`` do all of that, and ``commands`` are what people call. ``versions`` hold what
came of it: they know nothing of learning, and whoever keeps something builds on them.
"""
