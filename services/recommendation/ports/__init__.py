"""What deciding needs of the world, by what it is asked for."""
