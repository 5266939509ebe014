"""From batches to steps: optimizers, the one loop, checkpoints."""
