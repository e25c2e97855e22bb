"""What the domain needs of the world, by what it is asked for."""
