"""Files and words that people write, read into messages; every mistake is named by its place."""
