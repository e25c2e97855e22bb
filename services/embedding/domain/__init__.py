"""Decides what is close to what; pure: no I/O, no clock, no messages."""
