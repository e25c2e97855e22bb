"""The whole path, once, on one machine: what `make run` and `make demo` do."""
