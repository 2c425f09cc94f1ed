"""Starts everything as processes and keeps it running. It knows the other floors by name only."""
