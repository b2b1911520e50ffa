"""Embedders: networks that map each short window of audio to a vector."""
