"""Training sentences to what a method without a network makes of other sentences: the baselines of a score."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tagger.errors import SettingsError
from tagger.evaluation.majority import learn_majority
from tagger.recipes.crf_baseline import check_installed, field_tags
from tagger.text.plurals import counted
from tagger.text.sentences import Sentence

Rows = Sequence[Sequence[str]]
Note = Callable[[str], None]


class Method(NamedTuple):
    """A baseline: its name in reports, how it tags, and a check that raises TaggerError where it cannot."""

    title: str
    tag: Callable[[Rows, Rows, Rows, str, Note], list[list[str]]]
    check: Callable[[], None] = lambda: None


def baseline_tags(
    name: str,
    train: Sequence[Sentence],
    tags: Rows,
    sentences: Sequence[Sentence],
    *,
    scheme: str,
    note: Note = lambda text: None,
) -> list[list[str]]:
    """Returns tags of `sentences` by the baseline `name`, trained on `train` with their gold `tags`.

    scheme: of `tags` and of the result. note: is called with lines on the progress of a long training.
    Raises SettingsError for an unknown name, a missing package or training sentences without a token.
    """
    check_baselines([name])
    if not any(tags):
        raise SettingsError(f"--baseline {name}", "training sentences with tags", "none")
    rows, others = [sentence.tokens for sentence in train], [sentence.tokens for sentence in sentences]
    return BASELINES[name].tag(rows, tags, others, scheme, note)


def check_baselines(names: Sequence[str]) -> None:
    """Raise SettingsError for a name that is no baseline's, or whose package is missing: before any work starts."""
    for name in names:
        if name not in BASELINES:
            raise SettingsError("--baseline", f"one of {', '.join(BASELINES)}", repr(name))
        BASELINES[name].check()


def _majority(train: Rows, tags: Rows, sentences: Rows, scheme: str, note: Note) -> list[list[str]]:
    return list(map(learn_majority(train, tags, scheme=scheme), sentences))


def _field(train: Rows, tags: Rows, sentences: Rows, scheme: str, note: Note) -> list[list[str]]:
    note(f"CRF: training on {counted(len(train), 'sentence')}")
    return field_tags(train, tags, sentences, scheme=scheme, note=note)


BASELINES = {
    "majority": Method("majority tag", _majority),
    "crf": Method("CRF", _field, check_installed),
}
