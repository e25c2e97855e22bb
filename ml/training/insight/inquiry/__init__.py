"""What is gained by asking: people of a simulated town, of whom little is known, answer questions.

``cases`` is who is asked and what came next, ``rules`` how the next question is chosen, ``weights``
how far answers are believed, ``study`` the whole of it and ``report`` what is written down.
"""
