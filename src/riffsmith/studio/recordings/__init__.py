"""Recordings that a listener sends, or that lie on this computer."""
