"""Parameters and their layers: sizes in, scores out; knows no words."""
