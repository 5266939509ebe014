"""Features that come from files and not from the training data: static vectors and lists of names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from tagger.config import FeatureSettings, GazetteerSettings, StaticSettings
from tagger.embeddings.alignment import normalized_words
from tagger.embeddings.vectors import WordVectors, read_vectors
from tagger.errors import SettingsError
from tagger.network.window_network import WindowNetwork
from tagger.recipes.word_vectors import row_spread
from tagger.text.features import normalize_word
from tagger.text.gazetteer_files import read_phrases
from tagger.text.gazetteers import Gazetteers
from tagger.text.memory import Memory
from tagger.text.vocabulary import RESERVED

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class GivenFeatures:
    """What the files gave; nothing where the settings name none."""

    static: Mapping[str, WordVectors] = field(
        default_factory=dict
    )  # table -> vectors, words as it spells them
    gazetteers: Gazetteers | None = None
    memory: Memory | None = None  # what is to be remembered, which the tasks say


NOTHING_GIVEN = GivenFeatures()


def read_given(
    settings: FeatureSettings, forms: Iterable[str], note: Note = lambda text: None
) -> GivenFeatures:
    """The static vectors and lists that the settings name. `forms` are those of the training data.

    Raises DataError for a file that cannot be read, SettingsError where none is named.
    """
    known = list(forms)
    static = {name: _read_static(name, table, known, note) for name, table in settings.static.items()}
    return GivenFeatures(static, _read_lists(settings.gazetteers, note))


def static_tables(settings: FeatureSettings) -> list[str]:
    """The lookup tables of static vectors."""
    return [f"static_{name}" for name in settings.static]


def _read_static(name: str, settings: StaticSettings, forms: Iterable[str], note: Note) -> WordVectors:
    """The vectors of the words of `forms` and of the file's first `max_vectors` words."""
    if not settings.vectors:
        raise SettingsError(f"features.static.{name}.vectors", "a file of vectors", "none")

    def normalize(form: str) -> str:
        return normalize_word(form, lowercase=settings.lowercase, fold_digits=settings.fold_digits)

    read = read_vectors(Path(settings.vectors), settings.dim, setting=f"features.static.{name}.dim")
    places = normalized_words(read.words, normalize)
    known = {normalize(form) for form in forms}
    note(
        f"{settings.vectors}: {len(read.words):,} static vectors of {settings.dim} numbers, "
        f"for {len(known & places.keys()):,} of {len(known):,} training words"
    )
    kept = {w: p for n, (w, p) in enumerate(places.items()) if n < settings.max_vectors or w in known}
    return WordVectors(list(kept), read.vectors[list(kept.values())])


def _read_lists(settings: GazetteerSettings, note: Note) -> Gazetteers | None:
    if not settings.lists:
        return None
    phrases = {name: read_phrases(path) for name, path in settings.lists.items()}
    counts = ", ".join(f"{name} {len(found):,}" for name, found in phrases.items())
    note(f"lists of names: {counts} phrases")
    return Gazetteers(phrases, lowercase=settings.lowercase)


def put_static(network: WindowNetwork, name: str, static: WordVectors) -> None:
    """The vectors into the rows of the static table `name`, centred and scaled to the spread of random rows.

    Padding and words without a vector have zeros, the mean of all; so do those that stand behind the words of `static`,
    until the rows of the model that they come from are copied.
    """
    table = network.get_parameter(f"lookup.static_{name}.weight")
    vectors = static.vectors - static.vectors.mean(axis=0)
    vectors *= row_spread(table.shape[1]) / max(float(vectors.std()), 1e-12)
    with torch.no_grad():
        table[:] = 0.0
        table[RESERVED : RESERVED + len(vectors)] = torch.from_numpy(
            np.ascontiguousarray(vectors, dtype=np.float32)
        )
