"""Where the service meets the world: SQL, the model folder, metrics."""
