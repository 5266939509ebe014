"""Adds what the package's own files do not hold: the compiled kernels, and the English model.

tagger/inference/kernels.c is compiled while the package is built; where that fails, the package goes without it.
"""

import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

SOURCE = Path("tagger/inference/kernels.c")
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
TARGET = SOURCE.with_name("_kernels" + SUFFIX)


MODEL = Path("models/en")


class PackageHook(BuildHookInterface):
    """Adds the model and the compiled library to a wheel.

    An editable installation finds the model beside the package; the library is laid beside its source.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; name the platform in the wheel's tag only if that went well."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        if version == "standard" and (root / MODEL).is_dir():
            build_data["force_include"][str(root / MODEL)] = f"tagger/{MODEL.as_posix()}"
        if not compile_library(root / SOURCE, root / TARGET):
            self.app.display_warning("no C compiler that works: tagging will use NumPy alone, half as fast")
            return
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{next(iter(platform_tags()))}"
        build_data["artifacts"].append(str(TARGET))


def compile_library(source: Path, target: Path) -> bool:
    """Whether `target` could be compiled from `source`; a compiler that knows no target_clones gets one target."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    new = target.with_name(f".{target.name}.{os.getpid()}")
    command = [*compiler, "-O3", "-shared", "-fPIC", "-ffp-contract=off", "-fvisibility=hidden"]
    for more in ([], ["-DONE_TARGET"]):
        try:
            done = subprocess.run(
                [*command, *more, str(source), "-o", str(new), "-lm"], capture_output=True, check=False
            )
        except OSError:
            return False
        if done.returncode == 0 and new.is_file():
            new.replace(target)
            return True
        new.unlink(missing_ok=True)
    return False
