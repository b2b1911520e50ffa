"""Fitting and training of a run's codec."""
