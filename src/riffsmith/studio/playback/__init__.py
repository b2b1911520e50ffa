"""Endless pieces: one player a listener, and music of one's own as their audio prompt."""
