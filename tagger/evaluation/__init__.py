"""Scores of predicted against gold tags, without torch."""
