"""Sentences of one corpus to shuffled batches of windows over the distinct forms of each batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagger.text.features import FormFeatures
from tagger.text.vocabulary import UNKNOWN

PADDING_FORM = 0
"""Number of the form that stands outside the sentence."""


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """A corpus as numbers. Form 0 is padding; form number i > 0 has row i of `rows` and `characters`."""

    rows: NDArray[np.int64]  # [forms + 1, F]
    characters: NDArray[np.int64]  # [forms + 1, L]
    forms: NDArray[np.int32]  # [words], all sentences one after the other
    starts: NDArray[np.int64]  # [sentences + 1], where each sentence starts in `forms`
    labels: dict[str, NDArray[np.int64]]  # task -> [words]
    texts: tuple[str, ...] = ()  # [forms + 1], the forms themselves, with their marks ("" for padding)

    @property
    def words(self) -> int:
        return len(self.forms)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Words of each sentence."""
        return np.diff(self.starts)


Corpora = Sequence[EncodedCorpus] | Callable[[np.random.Generator], Sequence[EncodedCorpus]]
"""Corpora that are the same in each epoch, or a function that draws them anew for one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole sentences as windows over U distinct forms, ready for the network.

    `places` [B, T] says where in the N words each sentence's words are (0 on padding), `mask` [B, T] is true on words.
    """

    rows: Tensor  # [U, F]
    characters: Tensor  # [U, L]
    windows: Tensor  # [N, W]
    places: Tensor  # [B, T]
    mask: Tensor  # [B, T]
    labels: dict[str, Tensor]  # task -> [N]

    @property
    def words(self) -> int:
        return self.windows.shape[0]

    def to(self, device: torch.device) -> "Batch":
        """The same batch on `device`."""
        if device.type == "cpu":
            return self
        return Batch(
            self.rows.to(device),
            self.characters.to(device),
            self.windows.to(device),
            self.places.to(device),
            self.mask.to(device),
            {task: labels.to(device) for task, labels in self.labels.items()},
        )


def encode(
    sentences: Sequence[Sequence[str]],
    features: FormFeatures,
    tags: Mapping[str, Sequence[Sequence[str]]] | None = None,
    label_rows: Mapping[str, Mapping[str, int]] | None = None,
    memory: Sequence[Sequence[str]] | None = None,
) -> EncodedCorpus:
    """The corpus as numbers: each distinct form's features are looked up once.

    `tags` maps each task to the tags of every sentence, `label_rows` to the numbers of its labels.
    `memory`: what is remembered of every token, as `tagger.text.memory` says; None: nothing.
    """
    numbers: dict[str, int] = {}
    marked = map(features.mark, sentences, repeat(()) if memory is None else memory)
    flat = [numbers.setdefault(form, len(numbers) + 1) for tokens in marked for form in tokens]
    known = list(numbers)
    rows, characters = features.rows(known), features.character_rows(known)
    starts = np.zeros(len(sentences) + 1, dtype=np.int64)
    np.cumsum([len(tokens) for tokens in sentences], out=starts[1:])
    labels = {
        task: np.array([label_rows[task][tag] for sentence in columns for tag in sentence], dtype=np.int64)
        for task, columns in (tags or {}).items()
        if label_rows is not None
    }
    return EncodedCorpus(
        np.concatenate([np.zeros((1, rows.shape[1]), dtype=np.int64), rows]),
        np.concatenate([np.zeros((1, characters.shape[1]), dtype=np.int64), characters]),
        np.array(flat, dtype=np.int32),
        starts,
        labels,
        ("", *known),
    )


def batch_orders(
    lengths: NDArray[np.int64], batch_words: int, shuffle: np.random.Generator | None = None
) -> Iterator[NDArray[np.int64]]:
    """Sentence numbers of each batch: as many whole sentences as fit into `batch_words` words, at least one.

    Without `shuffle` sentences are taken in order of length, so that little padding is needed.
    """
    order = shuffle.permutation(len(lengths)) if shuffle else np.argsort(lengths, kind="stable")
    taken: list[int] = []
    words = 0
    for number in order:
        if not lengths[number]:
            continue
        if taken and words + lengths[number] > batch_words:
            yield np.array(taken)
            taken, words = [], 0
        taken.append(number)
        words += lengths[number]
    if taken:
        yield np.array(taken)


def make_batch(corpus: EncodedCorpus, sentences: NDArray[np.int64], window: int) -> Batch:
    """The batch of the sentences with these numbers."""
    lengths = corpus.lengths[sentences]
    reach = window // 2
    ends = np.cumsum(lengths)
    inside = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)  # [N], place within the sentence
    words = np.repeat(corpus.starts[sentences], lengths) + inside  # [N], place within the corpus
    stream = np.full(ends[-1] + reach * (len(lengths) + 1), PADDING_FORM, dtype=np.int32)
    centres = np.arange(ends[-1]) + reach * (np.repeat(np.arange(len(lengths)), lengths) + 1)  # [N]
    stream[centres] = corpus.forms[words]
    used, local = np.unique(np.append(stream, PADDING_FORM), return_inverse=True)  # padding is number 0
    windows = local[centres[:, None] + np.arange(-reach, reach + 1)]  # [N, W]
    longest = int(lengths.max())
    mask = np.arange(longest) < lengths[:, None]  # [B, T]
    places = np.where(mask, (ends - lengths)[:, None] + np.arange(longest), 0)
    characters = corpus.characters[used]
    width = int((characters > 0).sum(1).max(initial=0))
    return Batch(
        torch.from_numpy(corpus.rows[used]),
        torch.from_numpy(characters[:, : max(width, 1)]),
        torch.from_numpy(windows),
        torch.from_numpy(places),
        torch.from_numpy(mask),
        {task: torch.from_numpy(labels[words]) for task, labels in corpus.labels.items()},
    )


def hide_words(batch: Batch, columns: Sequence[int], rate: float, generator: torch.Generator) -> None:
    """Put the unknown item in the place of the word of a `rate` of the batch's forms, drawn anew for each batch.

    So the network learns what to make of a word that it has never seen: the row of unknown words, and the form's
    other features. `columns` are the word's places among the features, its own and that of static vectors; padding
    keeps its row. Changes `batch.rows`.
    """
    rows = batch.rows
    hidden = torch.rand(len(rows), generator=generator, device=rows.device) < rate  # [U]
    hidden[PADDING_FORM] = False
    for column in columns:
        rows[hidden, column] = UNKNOWN
