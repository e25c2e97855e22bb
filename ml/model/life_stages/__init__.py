"""Stages of life, seen in what is bought: how likely each is, since when, and by what signs.

``signs`` is the table of what to look for, written by people or learned from labelled customers,
``history`` what one customer bought month by month, ``change_point`` the probability of a change in
each month, ``finding`` what is told of it, in figures and in words. Plain Python throughout: the
service that keeps customers asks it too, and has no numerical library.
"""
