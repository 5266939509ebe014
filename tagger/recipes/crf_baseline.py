"""Tagged sentences to a linear-chain conditional random field and its tags: the only door to python-crfsuite.

Spans are learnt and tagged in IOB2, which has the fewest tags: training takes the square of their number.
Training is deterministic. Source: Lafferty et al. 2001; the program is CRFsuite (Okazaki 2007).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tagger.errors import SettingsError
from tagger.recipes.crf_features import sentence_features
from tagger.text.schemes import IOB2, convert

Rows = Iterable[Sequence[str]]
Note = Callable[[str], None]

OPTIONS: dict[str, Any] = {
    "c1": 0.05,  # of four pairs of penalties (L1, L2) the best on CoNLL-2003's development data
    "c2": 0.05,
    "max_iterations": 100,  # of L-BFGS
    "feature.possible_transitions": True,  # those that training has not, too
}
STEP = 20
"""Iterations from one note on the progress to the next."""

_ITERATION = re.compile(r"\*+ Iteration #(\d+) ")


def field_tags(
    train: Rows, tags: Rows, sentences: Rows, *, scheme: str, note: Note = lambda text: None
) -> list[list[str]]:
    """Returns tags of `sentences` by a field trained on the `tags` of `train`, in their scheme.

    note: is called with a line every STEP iterations. The trained field is a temporary file.
    Raises SettingsError where python-crfsuite is missing.
    """
    check_installed()
    with TemporaryDirectory(prefix="tagger-crf-") as folder:
        path = Path(folder) / "field.crfsuite"
        train_field(train, (convert(row, scheme, IOB2) for row in tags), path, note=note)
        tag = open_field(path)
        return [convert(tag(tokens), IOB2, scheme) for tokens in sentences]


def train_field(
    tokens: Rows,
    tags: Rows,
    path: Path,
    *,
    options: dict[str, Any] = OPTIONS,
    note: Note = lambda text: None,
) -> None:
    """Train a field and write it to `path`; CRFsuite keeps the features of the sentences, 1 KB a token, until then."""
    trainer = _library().Trainer(algorithm="lbfgs", params=options, verbose=False)
    for forms, row in zip(tokens, tags, strict=True):
        if forms:
            trainer.append(sentence_features(forms), row)
    trainer.message = _heard(note, options["max_iterations"])
    trainer.train(str(path))


def open_field(path: Path) -> Callable[[Sequence[str]], list[str]]:
    """Returns a function from the tokens of a sentence to their tags by the field in `path`."""
    tagger = _library().Tagger()
    tagger.open(str(path))
    return lambda tokens: tagger.tag(sentence_features(tokens)) if tokens else []


def check_installed() -> None:
    """Raise SettingsError where python-crfsuite is missing."""
    try:
        _library()
    except ImportError as error:
        hint = 'Install it: pip install "tagger[crf]"'
        raise SettingsError("--baseline crf", "python-crfsuite to be installed", "none", hint) from error


def _library() -> Any:
    import pycrfsuite

    return pycrfsuite


def _heard(note: Note, iterations: int) -> Callable[[str], None]:
    """Returns what takes CRFsuite's messages, one of them at the start of each iteration."""

    def hear(message: str) -> None:
        found = _ITERATION.match(message)
        if found and int(found[1]) % STEP == 0:
            note(f"CRF: {found[1]} of at most {iterations} iterations")

    return hear
