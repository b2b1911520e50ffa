"""Paths → what the studio does; nothing is decided here."""
