"""Trainings as processes of their own, which outlive the server."""
