"""The prepared folder: what goes in comes out, and what is wrong with a folder is said."""

import json
from pathlib import Path

import pytest

from tagger.errors import DataError
from tagger.text.prepared import (
    fingerprint_of,
    fingerprint_of_splits,
    is_prepared,
    read_prepared,
    write_prepared,
)
from tagger.text.sentences import Sentence

TRAIN = [
    Sentence(["a", "b"], {"pos": ["N", "V"], "ner": ["B-X", "E-X"]}, "1", "d"),
    Sentence(["c"], {"pos": ["N"], "ner": ["O"]}),
]
DEV = [Sentence(["d"], {"pos": ["N"], "ner": ["S-X"]})]
SCHEMES = {"pos": "none", "ner": "IOBES"}


def _write(folder: Path, splits=None) -> str:
    folder.mkdir()
    return write_prepared(
        folder, splits or {"train": TRAIN, "dev": DEV}, SCHEMES, description={"x": 1}, card="# card\n"
    )


def test_a_prepared_corpus_comes_back(tmp_path):
    fingerprint = _write(tmp_path / "p")
    prepared = read_prepared(tmp_path / "p")
    assert list(prepared.splits) == ["train", "dev"]
    assert [(s.tokens, s.tags, s.id, s.document) for s in prepared.splits["train"]] == [
        (s.tokens, s.tags, s.id, s.document) for s in TRAIN
    ]
    assert prepared.schemes == SCHEMES and prepared.description["x"] == 1
    assert prepared.fingerprint == fingerprint == fingerprint_of_splits({"dev": DEV, "train": TRAIN})
    assert (tmp_path / "p" / "README.md").read_text() == "# card\n" and is_prepared(tmp_path / "p")


def test_the_fingerprint_is_of_tokens_and_tags_alone(tmp_path):
    assert _write(tmp_path / "p") == _write(tmp_path / "q")
    other = [Sentence(s.tokens, dict(reversed(s.tags.items())), "other", "other", "path", [1]) for s in TRAIN]
    assert fingerprint_of(other) == fingerprint_of(TRAIN)
    changed = [Sentence(s.tokens, s.tags | {"ner": ["O"] * len(s.tokens)}) for s in TRAIN]
    assert len({fingerprint_of(x) for x in (TRAIN, TRAIN[::-1], TRAIN[:1], changed, DEV)}) == 5
    assert _write(tmp_path / "r", {"train": DEV, "dev": TRAIN}) != fingerprint_of_splits(
        {"train": TRAIN, "dev": DEV}
    )


def test_a_folder_moves_with_its_fingerprint(tmp_path):
    fingerprint = _write(tmp_path / "p")
    (tmp_path / "p").rename(tmp_path / "moved")
    assert read_prepared(str(tmp_path / "moved")).fingerprint == fingerprint


def _edit(folder: Path, **changes) -> None:
    content = json.loads((folder / "prep.json").read_text())
    (folder / "prep.json").write_text(json.dumps(content | changes))


WRONG = [
    (
        lambda f: (f / "prep.json").unlink(),
        "expected a prepared folder with prep.json, found none. `tagger prep` writes one.",
    ),
    (
        lambda f: _edit(f, fingerprints={"train": "0"}),
        "expected the sentences that prep.json describes, found others. Run `tagger prep` again.",
    ),
    (
        lambda f: _edit(f, fingerprints=3),
        "expected schemes and fingerprints in prep.json, found none. Run `tagger prep` again.",
    ),
]


@pytest.mark.parametrize(("spoil", "message"), WRONG)
def test_a_spoilt_folder_is_an_error(tmp_path, spoil, message):
    _write(tmp_path / "p")
    spoil(tmp_path / "p")
    with pytest.raises(DataError) as error:
        read_prepared(tmp_path / "p")
    assert str(error.value) == f"{tmp_path / 'p'}: {message}"


def test_other_versions_and_broken_json_are_errors(tmp_path):
    _write(tmp_path / "p")
    _edit(tmp_path / "p", format_version=99)
    with pytest.raises(DataError) as error:
        read_prepared(tmp_path / "p")
    path = tmp_path / "p" / "prep.json"
    assert str(error.value) == (
        f"{path}: expected a prepared folder of format version 1, found 99. Run `tagger prep` again."
    )
    path.write_text("{")
    with pytest.raises(DataError, match=r"prep\.json: expected JSON, found Expecting property name"):
        read_prepared(tmp_path / "p")


def test_no_folder_is_an_error(tmp_path):
    with pytest.raises(DataError) as error:
        read_prepared(tmp_path / "none")
    assert (
        str(error.value)
        == f"{tmp_path / 'none'}: expected a prepared folder, found none. `tagger prep` writes one."
    )
