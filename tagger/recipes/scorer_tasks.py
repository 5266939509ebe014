"""The settings of a scorer and the tags of its column to the description of its task."""

from collections.abc import Iterable, Sequence

from tagger.config import TaskSettings
from tagger.errors import SettingsError
from tagger.saved import TaskDescription
from tagger.text.schemes import NONE, OUTSIDE
from tagger.text.true_windows import CORRUPTED, TRUE, WINDOW_ROWS, span_types, window_kinds

SCORES = ("average_precision", "ranking_accuracy", "best_f1")
"""What is measured of a scorer, the one that stands for it first."""

LABELS_SHOWN = 20


def describe_scorer(
    name: str, task: TaskSettings, column: str, tags: Sequence[Sequence[str]], source: str
) -> TaskDescription:
    """The task `name`, whose column has these training `tags` in the scheme `source`.

    Raises SettingsError for a scheme, a label that the column has not, and where all words are of one kind.
    """
    if task.scheme not in ("auto", NONE):
        raise SettingsError(
            f"tasks.{name}.scheme",
            '"none" for the objective margin, which predicts no tags',
            repr(task.scheme),
        )
    plain = {tag for sentence in tags for tag in sentence}
    known = plain if source == NONE else span_types(plain)
    if task.label and task.label not in known:
        shown = ", ".join(sorted(known - {""})[:LABELS_SHOWN]) or "none"
        what = "tag" if source == NONE else "type of span"
        expected = f"a {what} of the column {column} in the training data ({shown})"
        raise SettingsError(f"tasks.{name}.label", expected, repr(task.label))
    if not task.label and source == NONE and OUTSIDE not in plain:
        expected = f"a tag of the column {column}, in which no word has the tag {OUTSIDE}"
        raise SettingsError(f"tasks.{name}.label", expected, "none")
    kinds = kinds_of(task.label, tags, source)
    if not {TRUE, CORRUPTED} <= kinds:
        found = "none of the first" if TRUE not in kinds else "none of the second"
        expected = f"words with and without {label_name(task.label)} in the training data"
        raise SettingsError(f"tasks.{name}.column", expected, found)
    return TaskDescription(name, column, NONE, task.objective, (task.label,))


def kinds_of(label: str, tags: Iterable[Iterable[str]], source: str) -> set[str]:
    """The kinds of windows that a scorer of `label` finds among the words with these `tags` in the scheme `source`."""
    return set(window_kinds(sorted({tag for sentence in tags for tag in sentence}), label, source))


def can_rank(task: TaskDescription, tags: Iterable[Iterable[str]], source: str) -> bool:
    """Whether a scorer has what it learns from: both true and corrupted windows."""
    return {TRUE, CORRUPTED} <= kinds_of(task.labels[0], tags, source)


def label_name(label: str) -> str:
    """The label of a scorer as people read it."""
    return label or "any label"


def task_line(task: TaskDescription) -> str:
    """A task in a few words: "ner (9 labels, sentence)", "per (scorer of PER)"."""
    what = (
        f"scorer of {label_name(task.labels[0])}"
        if task.is_scorer
        else f"{len(task.labels)} labels, {task.objective}"
    )
    return f"{task.name} ({what})"


def label_rows(task: TaskDescription) -> dict[str, int]:
    """The number of each tag of the task in an encoded corpus, of a scorer those of the kinds of windows."""
    return WINDOW_ROWS if task.is_scorer else {label: row for row, label in enumerate(task.labels)}
