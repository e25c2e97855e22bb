"""Conditions that people write, in CEL: checked when they are written, evaluated on facts.

Who may be offered something and who belongs to a persona is said in one language. Which variables
there are is the business of the service that asks: nothing here knows a service or a message.
"""
