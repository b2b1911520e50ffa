"""The judge judged: known damage to real music, and who notices."""
