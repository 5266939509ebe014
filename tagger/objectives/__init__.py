"""Pure functions of scores: losses, log partitions, decoding."""
