"""Metrics of one clip, or of two sets of embeddings; one metric in each file."""
