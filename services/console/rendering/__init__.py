"""Messages as people read them: pure functions from messages to sentences and tables."""
