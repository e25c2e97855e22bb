"""Who may be one person though nothing tells so: record linkage by Splink.

The one package that needs it. What comes out is a suggestion; nobody is joined by it.
"""
