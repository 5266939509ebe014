"""Tagged sentences to files, in every output format."""
