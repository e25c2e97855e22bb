"""The tables of this service, revision by revision."""
