"""Inputs to pieces that can be tagged on their own, and pieces to sentences of tokens."""
