"""Decides what to offer; pure."""
