"""The prepared folder: what `tagger prep` writes and training reads.

    dataset_dict.json, train/, dev/, test/    a `datasets.DatasetDict`: id, document, tokens, and every tag column
    prep.json                                 format version, schemes, fingerprints, sources, options, statistics
    README.md                                 the data card

The text of a corpus decides its fingerprint, not the folder that it lies in.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger.errors import DataError
from tagger.text.hub import load_splits, save_splits
from tagger.text.hub_sentences import read_dataset
from tagger.text.schemes import SCHEMES
from tagger.text.sentences import Sentence

FORMAT_VERSION = 1
DESCRIPTION, CARD = "prep.json", "README.md"
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared corpus."""

    splits: dict[str, list[Sentence]]  # those of "train", "dev" and "test" that there are
    schemes: dict[str, str]  # tag column -> "IOB1", "IOB2", "IOBES", or "none" for plain tags
    fingerprint: str  # of all splits, whatever folder they lie in
    description: dict[str, Any]  # the rest of prep.json


def fingerprint_of(sentences: Iterable[Sentence]) -> str:
    """A SHA-256 over tokens and tags in their order; paths, lines, ids and documents do not count."""
    digest = hashlib.sha256()
    for sentence in sentences:
        content = [sentence.tokens, sorted(sentence.tags.items())]
        digest.update(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))
    return digest.hexdigest()


def fingerprint_of_splits(splits: Mapping[str, Sequence[Sentence]]) -> str:
    """A SHA-256 over the names and fingerprints of the splits."""
    return _combined({name: fingerprint_of(sentences) for name, sentences in splits.items()})


def write_prepared(
    folder: Path,
    splits: Mapping[str, Sequence[Sentence]],
    schemes: Mapping[str, str],
    *,
    description: Mapping[str, Any],
    card: str,
) -> str:
    """Write a prepared corpus into the existing `folder`; its fingerprint. `description` is added to prep.json."""
    save_splits(splits, folder)
    fingerprints = {name: fingerprint_of(sentences) for name, sentences in splits.items()}
    fingerprint = _combined(fingerprints)
    content = {
        "format_version": FORMAT_VERSION,
        "schemes": dict(schemes),
        "fingerprint": fingerprint,
        "fingerprints": fingerprints,
        **description,
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
    return fingerprint


def is_prepared(folder: str | Path) -> bool:
    """Whether `tagger prep` wrote this folder."""
    return (Path(folder) / DESCRIPTION).is_file()


def read_prepared(folder: str | Path) -> Prepared:
    """The prepared corpus in `folder`. Raises DataError where it is none, of another version, or changed since."""
    content = _description(Path(folder))
    try:
        schemes, fingerprints = dict(content["schemes"]), dict(content["fingerprints"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(folder, None, f"schemes and fingerprints in {DESCRIPTION}", "none", _AGAIN) from error
    loaded = load_splits(str(folder))
    splits = {
        name: list(read_dataset(loaded[name], f"{folder}, {name}", columns=tuple(schemes)))
        for name in SPLITS
        if name in loaded
    }
    found = {name: fingerprint_of(sentences) for name, sentences in splits.items()}
    if found != fingerprints or any(scheme not in SCHEMES for scheme in schemes.values()):
        raise DataError(folder, None, f"the sentences that {DESCRIPTION} describes", "others", _AGAIN)
    return Prepared(splits, schemes, _combined(found), content)


_AGAIN = "Run `tagger prep` again."


def _combined(fingerprints: Mapping[str, str]) -> str:
    lines = (f"{name} {fingerprints[name]}\n" for name in sorted(fingerprints))
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def _description(folder: Path) -> dict[str, Any]:
    hint = "`tagger prep` writes one."
    if not folder.is_dir():
        raise DataError(folder, None, "a prepared folder", "a file" if folder.exists() else "none", hint)
    try:
        content = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(folder, None, f"a prepared folder with {DESCRIPTION}", "none", hint) from error
    except (OSError, ValueError) as error:
        raise DataError(folder / DESCRIPTION, None, "JSON", str(error), _AGAIN) from error
    version = content.get("format_version") if isinstance(content, dict) else None
    if version != FORMAT_VERSION:
        expected = f"a prepared folder of format version {FORMAT_VERSION}"
        raise DataError(folder / DESCRIPTION, None, expected, str(version), _AGAIN)
    return dict(content)
