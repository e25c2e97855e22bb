"""How this service reaches the world: CEL, SQL, other services, the published model, metrics."""
