"""Transcription of audio to notes."""
