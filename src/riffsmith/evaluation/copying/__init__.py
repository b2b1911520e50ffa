"""Whether generated music copies what it was trained on."""
