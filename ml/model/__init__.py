"""The model as both sides know it: what travels in a bundle, and how it answers.

Training fills these arrays, the services answer from them, and both call the same functions, so
that what was measured offline is what a customer meets.
"""
