"""Purchase histories as learning sees them: one folder format, its rules, and the ways in.

``dataset`` is the value, ``folder`` reads and writes it, ``rules`` says what it may hold and
``learnable`` what it must, ``digest`` names its content, ``split`` hides the future from a model,
``purchases`` tells it basket by basket, ``consents`` who allows profiling; ``raw_import``,
``export_import`` and ``catalogue_import`` bring data in.
"""
