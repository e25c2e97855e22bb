"""The services on the wire: messages to domain and back."""
