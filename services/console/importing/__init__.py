"""Files of other systems, told to the profile service: a mapping says which column is which."""
