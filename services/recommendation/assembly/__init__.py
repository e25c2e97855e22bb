"""Parts of the running service, made from its settings: each module makes one kind."""
