"""Kinds of customers, and groups of them."""
