"""Files that people write for the service."""
