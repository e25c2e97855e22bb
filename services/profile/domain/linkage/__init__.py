"""Who may be one person without anything telling so: what is compared, and what came of it."""
