"""The vectors of `features.word.vectors` to rows of a network's word table: read, preprocessed, scaled."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tagger.config import WordSettings
from tagger.embeddings.alignment import align, normalized_words
from tagger.embeddings.preprocessing import Preprocessing
from tagger.embeddings.vectors import WordVectors, read_vectors
from tagger.errors import ModelError, SettingsError
from tagger.network.window_network import WindowNetwork
from tagger.text.features import FormFeatures, normalize_word
from tagger.weights_file import read_weights

PREPROCESSING = "preprocessing.safetensors"
"""In a model folder: the map from a vector of the file to its row of the word table as training started."""


@dataclass(frozen=True, slots=True, eq=False)
class PretrainedVectors:
    """Vectors under normalised words, as the file has them, and the map that takes them into the word table."""

    vectors: WordVectors
    map: Preprocessing


def read_pretrained(
    settings: WordSettings, forms: Iterable[str], note: Callable[[str], None] = lambda text: None
) -> PretrainedVectors | None:
    """The vectors that the settings name, of the words of `forms` and of the file's first `max_vectors` words.

    `forms` are those of the training data. The map is fitted on their words alone, each once: neither development
    data nor the rest of the file have a part in it. It ends in one factor for all that gives the training words the
    spread of the table's random rows. Whitened vectors so stay uncorrelated with equal variances, but that variance
    is 1 / D and not 1: random rows and other features keep their say. None where the settings name no file.
    """
    if not settings.vectors:
        return None
    normalize = word_normalizer(settings)
    read = read_vectors(Path(settings.vectors), settings.dim)
    places = normalized_words(read.words, normalize)
    known = {normalize(form) for form in forms}
    common = [place for word, place in places.items() if word in known]
    note(
        f"{settings.vectors}: {len(read.words):,} vectors of {settings.dim} numbers, "
        f"for {len(common):,} of {len(known):,} training words"
    )
    kept = {w: p for n, (w, p) in enumerate(places.items()) if n < settings.max_vectors or w in known}
    vectors = WordVectors(list(kept), read.vectors[list(kept.values())])
    if settings.preprocessing != "none" and len(common) < 2:
        raise SettingsError(
            "features.word.preprocessing",
            "two or more training words with a vector to take statistics of",
            str(len(common)),
            'Set it to "none", or check features.word.vectors and lowercase.',
        )
    fitted = read.vectors[common] if common else vectors.vectors
    fit = Preprocessing.fit(settings.preprocessing, fitted)
    spread = float(fit.apply(fitted).std())
    return PretrainedVectors(vectors, fit.times(row_spread(settings.dim) / max(spread, 1e-12)))


def put_vectors(network: WindowNetwork, features: FormFeatures, pretrained: PretrainedVectors) -> None:
    """The vectors, through their map, into their rows of the word table."""
    rows, values = align(features.vocabularies["word"], pretrained.vectors, str)
    table = network.get_parameter("lookup.word.weight")
    with torch.no_grad():
        table[torch.from_numpy(rows)] = torch.from_numpy(pretrained.map.apply(values))


def preprocessing_file(
    settings: WordSettings, pretrained: PretrainedVectors | None
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """The file that saves the map, name -> arrays; none where the vectors went in as they are."""
    if pretrained is None or settings.preprocessing == "none":
        return {}
    return {PREPROCESSING: pretrained.map.arrays()}


def read_preprocessing(folder: Path) -> Preprocessing | None:
    """The map that the vectors of the model in `folder` went through, for vectors of further words; None without.

    Raises ModelError where its file is damaged.
    """
    path = folder / PREPROCESSING
    if not path.is_file():
        return None
    try:
        return Preprocessing.from_arrays(read_weights(path))
    except KeyError as error:
        raise ModelError(
            f"expected arrays mean and scale or matrix, found none of {error}",
            where=str(path),
            hint="The model is damaged.",
        ) from error


def row_spread(dim: int) -> float:
    """The standard deviation of the numbers in random rows of that width; `lookup_uniform` has variance 1 / dim."""
    return 1.0 / sqrt(dim)


def word_normalizer(settings: WordSettings) -> Callable[[str], str]:
    """How the word table spells a form."""
    return lambda form: normalize_word(form, lowercase=settings.lowercase, fold_digits=settings.fold_digits)
