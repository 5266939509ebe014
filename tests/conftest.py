"""Settings of the whole test run: read by the numeric libraries when they are loaded, so set before any import."""

import os

os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
