"""What a user can get wrong: each error says where, what was expected, what was found and what to do next."""

from pathlib import Path


class TaggerError(Exception):
    """An error that the person in front of the program can mend.

    The text reads `where: problem. hint`; `tagger/cli/app.py` alone prints it and sets the exit code.
    """

    def __init__(self, problem: str, *, where: str = "", hint: str = "") -> None:
        self.problem = problem
        self.where = where
        self.hint = hint
        super().__init__(problem)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.hint}" if self.hint else ""
        end = "" if self.problem.endswith((".", "?", "!")) else "."
        return f"{place}{self.problem}{end}{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.problem, self.where, self.hint))


def _rebuild(kind: type[TaggerError], problem: str, where: str, hint: str) -> TaggerError:
    """The same error after a trip between processes, whatever the subclass takes to construct."""
    error = kind.__new__(kind)
    TaggerError.__init__(error, problem, where=where, hint=hint)
    return error


class DataError(TaggerError):
    """A corpus or text file that cannot be read as it stands: `path:line: expected ..., found .... hint`."""

    def __init__(self, path: str | Path, line: int | None, expected: str, found: str, hint: str = "") -> None:
        where = str(path) if line is None else f"{path}:{line}"
        super().__init__(f"expected {expected}, found {found}", where=where, hint=hint)
        self.path, self.line, self.expected, self.found = str(path), line, expected, found


class SettingsError(TaggerError):
    """A setting that cannot be: `section.key: expected ..., found .... hint`."""

    def __init__(self, name: str, expected: str, found: str, hint: str = "") -> None:
        super().__init__(f"expected {expected}, found {found}", where=name, hint=hint)


class ModelError(TaggerError):
    """A model folder that is missing, incomplete, damaged or of another format version."""


class ShapeError(TaggerError):
    """Arrays whose sizes do not fit together; raised to callers of the Python API."""


class OutputExistsError(TaggerError):
    """An output that is already there; nothing is overwritten without `--force`."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(
            "expected a new path, found an existing one",
            where=str(path),
            hint="Choose another output, or pass --force to replace it.",
        )
