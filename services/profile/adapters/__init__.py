"""How profiles are kept, and what the service counts."""
