"""What lies close to what? The item catalogue, item vectors and their nearest neighbours."""
