"""What speed depends on besides the program: processor, cores, load, versions, linear algebra library."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_CPU_KEYS = ("model name", "Model", "cpu model", "Hardware")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where something was measured."""

    processor: str
    cores: int  # that this process may use
    load: (
        float | None
    )  # processes that ran on average during the minute before; None where the system does not tell
    system: str
    python: str
    numpy: str
    blas: str  # name and version, "unknown" where NumPy does not tell
    blas_threads: str  # as the environment sets them, "" where it does not


def describe_machine() -> Machine:
    """The machine that this process runs on."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        load=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        numpy=np.__version__,
        blas=_blas(),
        blas_threads=os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or "",
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    found = next((fields[key] for key in _CPU_KEYS if fields.get(key)), "")
    return found or platform.processor() or platform.machine() or "unknown"


def _blas() -> str:
    config: Any = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {}) if isinstance(config, dict) else {}
    return " ".join(str(found[key]) for key in ("name", "version") if found.get(key)) or "unknown"
