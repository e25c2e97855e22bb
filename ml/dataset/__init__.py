"""Purchase histories as learning sees them: one folder format, its rules, and the ways in.

``dataset`` is the value, ``folder`` reads and writes it, ``rules`` says what it may hold,
``digest`` names its content, ``split`` hides the future from a model, ``purchases`` tells it basket
by basket, ``raw_import`` and ``export_import`` bring data in.
"""
