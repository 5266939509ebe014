"""Tagging from a saved folder, without torch."""
