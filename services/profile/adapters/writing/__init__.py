"""What is written in one transaction: events, facts, who is who, and the end of it."""
