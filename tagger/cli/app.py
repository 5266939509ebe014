"""The command `tagger`: its four panels of commands; errors to one line on stderr and an exit code.

Exit codes: 0 done, 1 the data or the settings are wrong or a check failed, 2 wrong usage, 130 interrupted.
With TAGGER_DEBUG=1 in the environment an error shows its traceback.
"""

import atexit
import io
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperGroup

from tagger import __version__
from tagger.errors import TaggerError

DONE, WRONG, INTERRUPTED = 0, 1, 130


class Command(NamedTuple):
    """Where a command is defined, and the panel of `--help` that lists it."""

    panel: str
    module: str
    function: str


COMMANDS = {
    "init": Command("Data", "tagger.cli.init", "init"),
    "prep": Command("Data", "tagger.cli.prep", "prep"),
    "check": Command("Data", "tagger.cli.check", "check"),
    "train": Command("Train", "tagger.cli.train", "train"),
    "pretrain": Command("Train", "tagger.cli.pretrain", "pretrain"),
    "finetune": Command("Train", "tagger.cli.finetune", "finetune"),
    "search": Command("Train", "tagger.cli.search", "search"),
    "tag": Command("Use", "tagger.cli.tag", "tag"),
    "score": Command("Use", "tagger.cli.score", "score"),
    "info": Command("Use", "tagger.cli.info", "info"),
    "neighbours": Command("Use", "tagger.cli.neighbours", "neighbours"),
    "bench": Command("Use", "tagger.cli.bench", "bench"),
    "eval": Command("Understand", "tagger.cli.eval", "evaluate"),
    "compare": Command("Understand", "tagger.cli.compare", "compare"),
    "gradcheck": Command("Understand", "tagger.cli.gradcheck", "gradcheck"),
    "diagnose": Command("Understand", "tagger.cli.diagnose", "diagnose"),
    "plot": Command("Understand", "tagger.cli.plot", "plot"),
}


class _Group(TyperGroup):
    """Runs a command and turns what a user can get wrong into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (TaggerError, KeyboardInterrupt, OSError) as error:
            if os.environ.get("TAGGER_DEBUG") == "1":
                raise
            raise typer.Exit(report(error)) from error
        return result


def report(error: BaseException) -> int:
    """Print `error` as one line on stderr; the exit code that belongs to it."""
    elsewhere = "WORLD_SIZE" in os.environ and _is_told_elsewhere(error)
    if isinstance(error, KeyboardInterrupt):
        if not elsewhere:
            sys.stderr.write("\ninterrupted\n")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):  # the reader, such as `head`, has seen enough
        _forget_output()
        return WRONG
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    if not elsewhere:
        sys.stderr.write(f"error: {' '.join(text.split())}\n")
    return WRONG


def _is_told_elsewhere(error: BaseException) -> bool:
    from tagger.cli.processes import is_told_elsewhere

    return is_told_elsewhere(error)


def build_app(names: Iterable[str]) -> typer.Typer:
    """The application with the commands `names`; the modules of the others are not imported."""
    app = typer.Typer(
        name="tagger",
        cls=_Group,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_tagger)
    for name in names:
        command = COMMANDS[name]
        function = getattr(import_module(command.module), command.function)
        app.command(name, help=_flowing(function.__doc__ or ""), rich_help_panel=command.panel)(function)
    return app


def _flowing(text: str) -> str:
    """A docstring with one line a paragraph, so that the help wraps where the terminal ends."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code."""
    wanted = [arguments[0]] if arguments and arguments[0] in COMMANDS else list(COMMANDS)
    try:
        build_app(wanted)(args=list(arguments), prog_name="tagger")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE if end.code is None else WRONG
    except KeyboardInterrupt as error:  # while a command was still being imported
        return report(error)
    return DONE


def main() -> None:
    """The entry point: runs the command line of this process and ends it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")  # names of files as they are
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        code = report(error)
    if code == INTERRUPTED or "WORLD_SIZE" in os.environ:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """End the process with exactly this exit code.

    Python itself would kill the process by SIGINT, though Ctrl-C has been dealt with, where it came within an `eval` or
    `exec` of text; modules that define dataclasses do that while they are imported. And where one of several processes
    is lost, the threads of the others that wait for it could abort them while Python ends.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"tagger {__version__}\n")
        raise typer.Exit


def _tagger(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and leave.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Tags words: parts of speech, entities, chunks, any tag column. Fast on a CPU, trained in minutes."""


def _forget_output() -> None:
    """Send what is still to be written to stdout nowhere, so that the end of the process is quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # stdout is not a file
        return
