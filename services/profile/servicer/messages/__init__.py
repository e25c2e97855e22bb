"""From messages to the domain and back."""
