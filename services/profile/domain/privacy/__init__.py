"""What the customer allows, and how what is known of them ends."""
