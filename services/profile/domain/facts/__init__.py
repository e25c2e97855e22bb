"""What sources say of a person besides what happened, and whom to believe."""
