"""The conditional random field: what it learns, in which scheme, what it leaves behind."""

import sys
import tempfile
from pathlib import Path

import pytest

from tagger.errors import SettingsError
from tagger.recipes import crf_baseline
from tagger.recipes.crf_baseline import OPTIONS, field_tags, open_field, train_field
from tagger.text.schemes import convert


@pytest.fixture
def _library() -> None:
    pytest.importorskip("pycrfsuite", reason='needs python-crfsuite: pip install "tagger[crf]"')


needs_library = pytest.mark.usefixtures("_library")

TOKENS = [text.split() for text in ("Ada Novak lives in New York .", "York beat Leeds .", "Ada sings .", "")]
TAGS = [tags.split() for tags in ("B-PER E-PER O O B-LOC E-LOC O", "S-ORG O S-ORG O", "S-PER O O", "")]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that temporary files go to."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@needs_library
@pytest.mark.parametrize("scheme", ["IOB1", "IOB2", "IOBES"])
def test_a_few_sentences_are_learnt_by_heart_in_their_scheme(scheme: str) -> None:
    tags = [convert(row, "IOBES", scheme) for row in TAGS]
    assert field_tags(TOKENS, tags, TOKENS, scheme=scheme) == tags


@needs_library
def test_plain_tags_are_kept_as_they_are() -> None:
    """Tags that look like those of spans, without a scheme."""
    tags = [[tag.replace("E-", "I-") + ":x" for tag in row] for row in TAGS]
    assert field_tags(TOKENS, tags, TOKENS, scheme="none") == tags


@needs_library
def test_context_decides_where_the_form_does_not() -> None:
    tokens = [text.split() for text in ("to run", "a run", "to walk", "a walk")]
    tags = [tags.split() for tags in ("TO VB", "DT NN", "TO VB", "DT NN")]
    assert field_tags(tokens, tags, [["to", "fly"], ["a", "fly"]], scheme="none") == [
        ["TO", "VB"],
        ["DT", "NN"],
    ]


@needs_library
def test_one_tag_only_is_learnt() -> None:
    assert field_tags([["a", "b"]], [["O", "O"]], [["b"], ["c", "a"]], scheme="IOBES") == [["O"], ["O", "O"]]


@needs_library
def test_the_same_field_twice(tmp_path: Path) -> None:
    for name in ("one", "other"):
        train_field(TOKENS, TAGS, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


@needs_library
def test_nothing_is_left_behind(temporary: Path) -> None:
    field_tags(TOKENS, TAGS, TOKENS, scheme="IOBES")
    assert not list(temporary.iterdir())


@needs_library
def test_an_interruption_ends_training_and_leaves_nothing_behind(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crf_baseline, "STEP", 1)
    heard = []

    def note(text: str) -> None:
        heard.append(text)
        assert len(list(temporary.iterdir())) == 1
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        field_tags(TOKENS, TAGS, TOKENS, scheme="IOBES", note=note)
    assert len(heard) == 2
    assert not list(temporary.iterdir())


@needs_library
def test_progress_is_told_every_few_iterations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crf_baseline, "STEP", 5)
    heard: list[str] = []
    options = {**OPTIONS, "max_iterations": 12}
    train_field(TOKENS, TAGS, tmp_path / "field", options=options, note=heard.append)
    assert heard == ["CRF: 5 of at most 12 iterations", "CRF: 10 of at most 12 iterations"]


@needs_library
def test_a_written_field_can_be_opened(tmp_path: Path) -> None:
    train_field(TOKENS, TAGS, tmp_path / "field")
    tag = open_field(tmp_path / "field")
    assert [tag(tokens) for tokens in TOKENS] == TAGS


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(SettingsError) as error:
        field_tags(TOKENS, TAGS, TOKENS, scheme="IOBES")
    assert str(error.value) == (
        "--baseline crf: expected python-crfsuite to be installed, found none. "
        'Install it: pip install "tagger[crf]"'
    )
