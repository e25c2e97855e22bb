"""The door for people: a command line that speaks gRPC only."""
