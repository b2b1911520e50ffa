"""Clips that were kept: files on disk, the shelf, and their comparison with real music."""
