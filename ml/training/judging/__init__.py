"""The model beside what it must beat, on the same customers, and how that is told.

``evaluate`` asks the model and the rivals of a ``contest`` and notes every ranking in an
``observation``; ``report``, ``plots`` and ``evaluation_document`` tell it, ``results`` writes it as
``findings`` are written everywhere. Rivals are ``models``, ``tuned_neighbours`` and the
baselines of ``ml.evaluation``.
"""
