"""The catalogue's tables, revision after revision."""
