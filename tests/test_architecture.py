"""The shape of the house: who may import whom, what stays free of torch, one door a library."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "tagger"

ROOMS = [  # data flows downwards: a room imports itself and rooms above it
    "errors",
    "config",
    "settings_file",
    "records",
    "analysis",
    "text",
    "embeddings",
    "whole_files",
    "weights_file",
    "saved",
    "network",
    "objectives",
    "training",
    "reading",
    "inference",
    "writing",
    "evaluation",
    "reports",
    "recipes",
    "cli",
]
TORCH_FREE = [
    "errors",
    "config",
    "settings_file",
    "records",
    "analysis",
    "text",
    "embeddings",
    "whole_files",
    "weights_file",
    "saved",
    "reading",
    "inference",
    "writing",
    "evaluation",
]
DOORS = {  # library -> the files or rooms that may import it; what is not listed may not be imported at all
    "datasets": ["text/hub.py"],
    "seqeval": ["evaluation/scores.py"],
    "rich": ["reports/"],
    "matplotlib": ["reports/plots.py"],
    "optuna": ["recipes/search.py"],
    "typer": ["cli/"],
    "safetensors": ["weights_file.py"],
    "pydantic": ["config.py", "settings_file.py"],
    "pydantic_core": ["config.py"],
    "tomli_w": ["settings_file.py"],
    "pyarrow": ["text/tables.py", "text/table_", "text/remote_files.py"],
    "ray": ["recipes/ray_engine.py"],
    "spacy": ["text/spacy_tokenizer.py", "inference/spacy_"],
    "pycrfsuite": ["recipes/crf_baseline.py"],
    "torch": ["network/", "objectives/", "training/", "recipes/"],
    "numpy": [
        "text/",
        "embeddings/",
        "weights_file.py",
        "saved.py",
        "network/",
        "objectives/",
        "training/",
        "inference/",
        "evaluation/",
        "recipes/",
    ],
}
LOADS_SPACY = "inference/spacy_"  # spaCy loads torch where it is installed
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "core"}


class Import(NamedTuple):
    module: str
    line: int
    typing_only: bool  # under `if TYPE_CHECKING:`


class Module(NamedTuple):
    name: str  # "tagger.text.features"
    path: str  # "text/features.py"
    tree: ast.Module
    imports: list[Import]

    @property
    def room(self) -> str:
        """The first part of the path; "" for the package's own files."""
        return Path(self.path).parts[0].removesuffix(".py") if self.path not in OWN else ""


COMPUTED = "an import of a computed name"

OWN = {"__init__.py", "__main__.py"}  # the doors of the package: they may name any room, lazily


def imports_of(tree: ast.AST) -> Iterator[Import]:
    """Every import, those inside functions and `import_module("...")` included."""
    typing_nodes = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in node.body
        for inner in ast.walk(child)
    }
    for node in ast.walk(tree):
        typing_only = id(node) in typing_nodes
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, typing_only)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            for alias in node.names:
                yield Import(f"{node.module}.{alias.name}", node.lineno, typing_only)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            argument = node.args[0]
            name = str(argument.value) if isinstance(argument, ast.Constant) else COMPUTED
            yield Import(name, node.lineno, typing_only)


def load(path: Path) -> Module:
    relative = path.relative_to(PACKAGE)
    parts = [part for part in relative.with_suffix("").parts if part != "__init__"]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return Module(".".join(["tagger", *parts]), relative.as_posix(), tree, list(imports_of(tree)))


MODULES = [load(path) for path in sorted(PACKAGE.rglob("*.py"))]
BY_NAME = {module.name: module for module in MODULES}
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)


def target(name: str) -> str | None:
    """The module of this package that an imported name lies in, or None for other libraries."""
    if name.split(".")[0] != "tagger":
        return None
    while name not in BY_NAME:
        name = name.rpartition(".")[0]
    return name


@every_module
def test_room_is_known(module: Module) -> None:
    assert module.room in ["", *ROOMS]


@every_module
def test_room_imports_only_itself_and_rooms_above(module: Module) -> None:
    if not module.room:
        return
    allowed = {"", *ROOMS[: ROOMS.index(module.room) + 1]}
    wrong = [
        f"{module.path}:{line} imports {name}"
        for name, line, _ in module.imports
        if (found := target(name)) and BY_NAME[found].room not in allowed
    ]
    assert not wrong


@every_module
def test_library_is_imported_through_its_door(module: Module) -> None:
    wrong = [
        f"{module.path}:{line} imports {name}"
        for name, line, _ in module.imports
        if name != COMPUTED
        and (library := name.split(".")[0]) not in sys.stdlib_module_names
        and library != "tagger"
        and not module.path.startswith(tuple(DOORS.get(library, ["-"])))
    ]
    assert not wrong


@every_module
def test_name_says_something(module: Module) -> None:
    assert not VAGUE & set(module.name.split("."))


@every_module
def test_inner_init_holds_one_docstring_only(module: Module) -> None:
    if module.path == "__init__.py" or not module.path.endswith("__init__.py"):
        return
    assert len(module.tree.body) == 1
    assert ast.get_docstring(module.tree)


@every_module
def test_file_begins_with_a_docstring(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@every_module
def test_torch_free_rooms_do_not_name_torch(module: Module) -> None:
    if module.room in TORCH_FREE:
        assert not [found for found in module.imports if found.module.split(".")[0] == "torch"]


def test_only_the_command_line_imports_by_computed_names() -> None:
    from tagger.cli.app import COMMANDS

    assert [module.path for module in MODULES if COMPUTED in [i.module for i in module.imports]] == [
        "cli/app.py"
    ]
    assert all(command.module.startswith("tagger.cli.") for command in COMMANDS.values())


def test_no_import_cycles() -> None:
    edges = {
        module.name: {
            found for name, _, typing_only in module.imports if not typing_only and (found := target(name))
        }
        - {module.name, "tagger"}
        for module in MODULES
    }
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join([*above[above.index(name) :], name])
        if name in done:
            return
        for other in sorted(edges[name]):
            visit(other, (*above, name))
        done.add(name)

    for name in sorted(edges):
        visit(name, ())


def run_python(code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def loaded_after(code: str) -> set[str]:
    """The top-level modules in memory after `code` has run in a new process."""
    output = run_python(
        f"{code}\nimport sys, json\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    )
    return set(json.loads(output.splitlines()[-1]))


def test_torch_free_rooms_load_no_torch() -> None:
    names = [
        module.name
        for module in MODULES
        if module.room in TORCH_FREE and not module.path.startswith(LOADS_SPACY)
    ]
    assert "torch" not in loaded_after("import " + ", ".join(names))


def test_the_package_itself_loads_nothing_heavy() -> None:
    assert not loaded_after("import tagger") & {"torch", "numpy", "datasets", "rich", "typer", "pydantic"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
from tagger.cli.app import run
assert run({arguments!r}) == 0"""
    assert not loaded_after(code) & {"torch", "datasets", "numpy", "seqeval"}


def test_the_room_list_is_complete() -> None:
    assert {module.room for module in MODULES} <= {"", *ROOMS}
    assert set(TORCH_FREE) <= set(ROOMS)
