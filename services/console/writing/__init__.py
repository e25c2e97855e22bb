"""What people keep in files, brought to the services; what became of each is told."""
