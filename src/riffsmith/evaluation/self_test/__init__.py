"""Self-test of the evaluation: which measures detect known damage to real music."""
