"""Figures of one clip, and of two sets of windows: one metric a file."""
