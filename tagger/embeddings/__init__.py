"""Word vectors from text files and their alignment with a vocabulary, without torch."""
