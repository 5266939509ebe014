"""README.md is true: its commands run, its Python runs, its settings parse, the files and options it names are there.

How it is written:
- ```console blocks hold commands after `$ ` (`> ` continues a line that ends in a backslash), each followed by its
  output. They run in order, in a copy of the sample corpus, and end with exit code 0. A comment above the fence says
  more: `<!-- exact -->`: the output is compared, stdout first, then stderr; `<!-- fails -->`: the block's last command
  ends with exit code 1; `<!-- corpora -->`: needs corpora that are not here; `<!-- setup -->`: needs a clone. Of these
  two only the files, commands and options that they name are checked.
- ```python blocks run in the same folder, in one namespace; what `print(...)  # text` prints is compared.
- ```toml blocks are settings files.
"""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tagger.cli.app import COMMANDS, build_app
from tagger.settings_file import load_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GENERATED = ("data/prepared/", "models/", ".venv/")  # what the tour itself writes
FLAGS = {"exact", "fails", "corpora", "setup"}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words of the comment above it, its first line's number, its lines."""

    language: str
    flags: frozenset[str]
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def blocks(readme: str) -> Iterator[Block]:
    lines = readme.splitlines()
    number = 0
    while number < len(lines):
        if lines[number].startswith("```"):
            end = lines.index("```", number + 1)
            comment = re.fullmatch(r"<!-- ([a-z ]+) -->", lines[number - 1]) if number else None
            flags = frozenset(comment[1].split()) if comment else frozenset()
            yield Block(lines[number][3:].strip(), flags, number + 2, tuple(lines[number + 1 : end]))
            number = end
        number += 1


def commands(block: Block) -> list[tuple[str, str]]:
    """Each command of a console block with the output below it."""
    found: list[tuple[str, list[str]]] = []
    continued = False
    for line in block.lines:
        if continued and line.startswith("> "):
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        elif line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
        continued = line.startswith(("$ ", "> ")) and line.endswith("\\")
    return [(command, "\n".join(output).strip("\n")) for command, output in found]


def problems_of_tour(readme: str, folder: Path) -> list[str]:
    """Run the console and Python blocks of `readme` in `folder`: what did not go as it says."""
    problems: list[str] = []
    namespace: dict[str, object] = {}
    for block in blocks(readme):
        if block.language == "console" and not block.flags & {"corpora", "setup"}:
            problems += run_console(block, folder)
        elif block.language == "python":
            problems += run_python(block, folder, namespace)
    return problems


def run_console(block: Block, folder: Path) -> list[str]:
    problems = []
    listed = commands(block)
    for number, (command, shown) in enumerate(listed):
        expected = 1 if "fails" in block.flags and number == len(listed) - 1 else 0
        result = run_shell(command, folder)
        place = f"line {block.line}: $ {command}\n"
        if result.returncode != expected:
            problems.append(f"{place}exit code {result.returncode}\n{result.stdout}{result.stderr}")
        output = (result.stdout + result.stderr).strip("\n")
        if "exact" in block.flags and output != shown:
            problems.append(f"{place}printed:\n{output}")
    return problems


def run_shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAGGER_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**kept, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        check=False,
    )


def run_python(block: Block, folder: Path, namespace: dict[str, object]) -> list[str]:
    """Run the block; compare what its lines `print(...)  # text` print with the text."""
    printed: dict[int, list[str]] = {}

    def note(*values: object) -> None:
        printed.setdefault(sys._getframe(1).f_lineno, []).append(" ".join(map(str, values)))

    namespace["print"] = note
    with chdir(folder):
        exec(compile(block.text, f"README.md:{block.line}", "exec"), namespace)
    promised = {
        node.lineno: comment[1]
        for node in ast.walk(ast.parse(block.text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        if (comment := re.search(r"\)  # (.*)$", block.lines[(node.end_lineno or node.lineno) - 1]))
    }
    return [
        f"line {block.line + line - 1}: printed {printed.get(line)}, not {text!r}"
        for line, text in promised.items()
        if printed.get(line) != [text]
    ]


@cache
def options_of(command: str) -> frozenset[str]:
    """The options of a command of `tagger`."""
    import typer.main

    group = typer.main.get_command(build_app([command]))
    parameters = group.commands[command].params  # type: ignore[attr-defined]
    return frozenset(name for p in parameters for name in (*p.opts, *p.secondary_opts)) | {"--help", "-h"}


def problems_of_command(command: str, *, files: bool) -> list[str]:
    """The commands and options of `tagger`, and with `files` the files of the repository, that are not there."""
    problems = []
    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    segments: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set(";|&"):
            segments.append([])
        else:
            segments[-1].append(word)
    for words in filter(None, segments):
        if words[0] == "tagger" and len(words) > 1 and not words[1].startswith("-"):
            if words[1] not in COMMANDS:
                problems.append(f"{command}: no command {words[1]}")
                continue
            named = [word.partition("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)]
            problems += [f"{command}: no option {o}" for o in named if o not in options_of(words[1])]
        if files:
            problems += [f"{command}: no file {word}" for word in words if missing(word)]
    return problems


def missing(word: str) -> bool:
    """Whether the word names a file of the repository that is not there."""
    word = word.removeprefix("./")
    top, slash, _ = word.partition("/")
    if not slash or word.startswith(GENERATED) or not re.fullmatch(r"[\w./-]+", word):
        return False
    return (ROOT / top).is_dir() and not (ROOT / word).exists()


def prose(readme: str) -> str:
    """The text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", readme, flags=re.DOTALL | re.MULTILINE)


def test_every_block_is_of_a_known_kind() -> None:
    for block in blocks(README):
        assert block.language in ("console", "python", "toml"), f"line {block.line}"
        assert block.flags <= FLAGS, f"line {block.line}"
        if block.language == "console":
            assert block.lines[0].startswith("$ "), f"line {block.line}"


def test_the_tour_goes_as_it_says(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("prepared"))
    (tmp_path / "models").mkdir()
    shutil.copy(ROOT / "models" / "README.md", tmp_path / "models")
    (tmp_path / "models" / "pretrained-en").symlink_to(ROOT / "models" / "pretrained-en")
    problems = problems_of_tour(README, tmp_path)
    assert not problems, "\n\n".join(problems)


def test_every_command_that_is_shown_exists() -> None:
    shown = [
        (command, bool(block.flags & {"setup"}))
        for block in blocks(README)
        if block.language == "console"
        for command, _ in commands(block)
    ]
    said = [(text, True) for text in re.findall(r"`((?:tagger|python|bash) [^`]+)`", prose(README))]
    assert not [problem for text, files in shown + said for problem in problems_of_command(text, files=files)]


def test_every_option_in_the_text_is_one_of_some_command() -> None:
    known = frozenset[str]().union(*map(options_of, COMMANDS))
    for script in (ROOT / "scripts").glob("*.py"):
        known |= set(re.findall(r'"(--[a-z-]+)"', script.read_text(encoding="utf-8")))
    said = re.findall(r"`(--[a-z-]+)[^`]*`", prose(README))
    assert said and not set(said) - known


def test_every_setting_in_the_text_is_read(tmp_path: Path) -> None:
    for block in blocks(README):
        if block.language == "toml":
            (tmp_path / "settings.toml").write_text(block.text, encoding="utf-8")
            load_settings(tmp_path / "settings.toml")


def test_every_file_that_is_named_is_there() -> None:
    text = prose(README)
    links = re.findall(r"\]\(([^)#]+)\)", re.sub(r"`[^`]+`", "", text))
    linked = [target for target in links if "://" not in target]
    words = [word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split()]
    assert linked and not [target for target in linked if not (ROOT / target).exists()]
    assert not [word for word in words if missing(word)]


def test_every_name_of_the_package_is_there() -> None:
    import importlib

    for name in re.findall(r"`(tagger(?:\.\w+)+)(?:\(\w*\))?`", prose(README)):
        module, _, last = name.rpartition(".")
        assert hasattr(importlib.import_module(module), last), name


def test_every_place_of_the_map_is_there() -> None:
    """The indented tree of files: a name that ends in / is the folder of the deeper ones below it."""
    rows = re.findall(r"^    ( *)([\w.-]+/?)(?:  .*)?$", prose(README), flags=re.MULTILINE)
    above: dict[int, Path] = {}
    assert len(rows) > 10
    for indent, name in rows:
        parents = [path for depth, path in above.items() if depth < len(indent)]
        path = (parents[-1] if parents else ROOT) / name
        assert path.is_dir() if name.endswith("/") else path.is_file(), path
        above = {depth: folder for depth, folder in above.items() if depth < len(indent)}
        above[len(indent)] = path


SHORT = """\
<!-- setup -->
```console
$ bash scripts/missing.sh
```
<!-- exact -->
```console
$ printf 'one\\n'; \\
>   printf 'two\\n' >&2; printf 'three\\n'
one
three
two

$ echo shown >file
```
<!-- exact fails -->
```console
$ cat file
shown
$ false
```
```python
import pathlib

text = pathlib.Path("file").read_text().strip()
```
```console
$ echo anything >file
else
```
```python
for _ in range(1):
    print(text, 1)  # shown 1
print(text)
```
"""


def test_a_readme_that_is_true_has_no_problems(tmp_path: Path) -> None:
    assert problems_of_tour(SHORT, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("one\nthree", "three\none", "line 7: $ printf"),
        ("\nshown\n", "\nanother\n", "line 17: $ cat file"),
        ("$ false", "$ true", "line 17: $ true\nexit code 0"),
        ("$ echo anything", "$ exit 3; echo", "exit code 3"),
        ("# shown 1", "# shown 2", "line 32: printed ['shown 1'], not 'shown 2'"),
    ],
)
def test_a_readme_that_is_wrong_has_a_problem(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in SHORT
    (found,) = problems_of_tour(SHORT.replace(old, new), tmp_path)
    assert problem in found


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("echo a | tagger tagg -m x", ["no command tagg"]),
        (
            "tagger prep out --train a.conll --dev-first 3 && tagger eval m --jsn",
            ["no option --dev-first", "no option --jsn"],
        ),
        ("tagger train --set network.hidden=[16] -o m", []),
        ("bash scripts/missing.sh", ["no file scripts/missing.sh"]),
        ("bash scripts/test.sh; tagger tag -m models/en data/prepared/x", []),
    ],
)
def test_commands_and_files_that_are_not_there_are_found(command: str, problem: list[str]) -> None:
    assert [text.rpartition(": ")[2] for text in problems_of_command(command, files=True)] == problem
