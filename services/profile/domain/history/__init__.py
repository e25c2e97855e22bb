"""What happened to a customer, and what it adds up to."""
