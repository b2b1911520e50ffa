"""Search for copies of the training music in generated music."""
