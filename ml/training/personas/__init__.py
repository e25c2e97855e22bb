"""Personas learned from purchase histories: who shops alike, how they are named, how firm they are.

A persona belongs to everybody to some degree. What is learned are chances of words, never a list of
members: nothing about a customer travels with it.
"""
