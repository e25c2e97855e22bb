"""The commands: each asks services over gRPC and prints what they answer."""
