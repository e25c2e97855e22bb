"""The versions of the schema, oldest first; a version that ran is never changed."""
