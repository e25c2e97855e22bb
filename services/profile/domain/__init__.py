"""What a profile is and how facts change it; pure."""
