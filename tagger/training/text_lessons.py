"""Chunks of raw text to lessons of true and corrupted windows, and their loss as the training loop takes it.

An epoch of the loop is a round here: some chunks of the text, after which the network is scored and saved.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tagger.network.window_network import WindowNetwork
from tagger.text.raw_text import BEGINNING, Position
from tagger.text.shared_chunks import shared_chunks
from tagger.text.text_chunks import ChunkPlan, TextChunk, stream_chunks
from tagger.training.corruption import Corruption, draw_others
from tagger.training.engines import ALONE, Engine
from tagger.training.lessons import Lesson, Watched
from tagger.training.replaced_centre import DERIVATIVES, Corrupted, Gradients, Scorer, margin_gradients
from tagger.training.shares import slice_of

ALL = slice(None)
WATCHED_WINDOWS = 512
"""Windows of a watched step whose hidden units are looked at."""


@dataclass(frozen=True, slots=True)
class TextPlan:
    """What raw text is to teach."""

    chunks: ChunkPlan
    corruption: Corruption
    centres: NDArray[np.float64]  # [V], chances of each row to be taken as a centre
    task: str  # the scorer's head
    activation: str
    passes: int  # times through the text; 0: until the time is up
    round_words: int
    batch_windows: int
    corruptions: int
    pool_words: int = 1000  # words drawn for a step, from which each window draws its own
    windows_a_word: float = 1.0  # expected; for estimates
    seconds: float = 0.0  # no round starts after so many of training; 0: no limit
    shards: int = 1  # parts of a step that can be worked on at the same time
    executor: Executor | None = None
    engine: Engine = ALONE  # whose processes share the text and every step


@dataclass(slots=True)
class TextLessons:
    """Lessons of raw text; `close` ends the process that reads it."""

    plan: TextPlan
    _stream: Generator[TextChunk, None, None] | None = None
    _at: list[int] = field(default_factory=list)  # where the open stream stands

    def epoch(self, shuffle: np.random.Generator, place: dict[str, Any]) -> tuple[int, Iterator[Lesson]]:
        """The windows expected of the next round, and its lessons.

        `place` holds `position` in the text, finished `passes`, `words` and `windows` so far.
        """
        expected = max(1, round(self.plan.round_words * self.plan.windows_a_word))
        return expected, self._lessons(shuffle, place, max(1, expected // self.plan.batch_windows))

    def over(self, place: dict[str, Any], seconds: float) -> bool:
        """Whether all passes are done, or the time is up."""
        late = bool(self.plan.seconds) and seconds >= self.plan.seconds
        return 0 < self.plan.passes <= place.get("passes", 0) or late

    def close(self) -> None:
        """End the stream."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _lessons(self, shuffle: np.random.Generator, place: dict[str, Any], count: int) -> Iterator[Lesson]:
        words = number = 0
        while words < self.plan.round_words and not self.over(place, 0.0):
            chunk = self._next(place)
            windows = windows_of(chunk.rows, self.plan.centres, self.plan.chunks.reach, shuffle)
            words += chunk.words
            place["words"] = place.get("words", 0) + chunk.words
            for part in windows.batches(self.plan.batch_windows):
                place["windows"] = place.get("windows", 0) + len(part)
                yield _WindowsLesson(self.plan, part, number, count)
                number += 1
            if chunk.end and not self.plan.passes:  # a round of a short text must not outlast the time
                break
        if not number:  # a last chunk of unknown words alone
            yield _WindowsLesson(self.plan, np.zeros((0, 2 * self.plan.chunks.reach + 1), np.int64), 0, 1)

    def _next(self, place: dict[str, Any]) -> TextChunk:
        """The chunk at `place`, which then says where the next one is."""
        position = place.setdefault("position", list(BEGINNING))
        if self._stream is None or position != self._at:
            self.close()
            self._stream = self._open(Position(*position))
        chunk = next(self._stream, None)
        if chunk is None:  # what was left of the text held no word
            chunk = TextChunk(np.zeros(0, np.int32), 0, BEGINNING, True, {})
        if chunk.end:
            self.close()
            place["passes"] = place.get("passes", 0) + 1
        place["position"] = self._at = list(BEGINNING if chunk.end else chunk.next)
        return chunk

    def _open(self, start: Position) -> Generator[TextChunk, None, None]:
        engine = self.plan.engine
        if engine.share.count == 1:
            return stream_chunks(self.plan.chunks, start)
        return shared_chunks(
            self.plan.chunks,
            start,
            rank=engine.share.rank,
            count=engine.share.count,
            exchange=engine.exchange,
        )


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of one stretch of rows, in random order. Shapes: rows [M]; centres [N], places in `rows`."""

    rows: NDArray[np.int64]
    centres: NDArray[np.int64]
    reach: int

    def batches(self, size: int) -> Iterator[NDArray[np.int64]]:
        """Windows [n, W], `size` at a time; the last ones may be fewer."""
        around = np.arange(-self.reach, self.reach + 1)
        for start in range(0, len(self.centres), size):
            yield self.rows[self.centres[start : start + size, None] + around]


def windows_of(
    rows: NDArray[np.int32], chances: NDArray[np.float64], reach: int, shuffle: np.random.Generator
) -> Windows:
    """The windows whose centre is drawn, with the chance of its row. Sentences stand `reach` rows of padding apart."""
    centres = np.flatnonzero(shuffle.random(len(rows)) < chances[rows])
    return Windows(rows.astype(np.int64), shuffle.permutation(centres), reach)


@dataclass(frozen=True, slots=True)
class _WindowsLesson:
    plan: TextPlan
    windows: NDArray[np.int64]  # [N, W], rows
    place: int
    count: int

    def losses(
        self, network: WindowNetwork, generator: torch.Generator, watched: Watched | None
    ) -> tuple[dict[str, Tensor], int]:
        """The mean loss of a pair, and the windows. Every process draws for all of them and learns from its own."""
        plan, count = self.plan, len(self.windows)
        windows = torch.from_numpy(self.windows).to(generator.device)
        if not count:
            return {plan.task: torch.zeros(())}, 0
        own = slice_of(count, plan.engine.share)
        drawn = corrupt(windows, plan.corruption, plan.corruptions, plan.pool_words, generator, own)
        if watched is not None:
            _watch(network, windows[:WATCHED_WINDOWS], watched)
        if not len(drawn.windows):
            return {}, count
        return {plan.task: text_loss(network, plan, drawn, len(drawn.windows) / count)}, count


def corrupt(
    windows: Tensor,
    corruption: Corruption,
    corruptions: int,
    pool_words: int,
    generator: torch.Generator,
    part: slice = ALL,
) -> Corrupted:
    """The windows and `corruptions` words for the centre of each, never its own. Shapes: windows [N, W], rows.

    A window draws from a pool of `pool_words` words that the whole step shares: the product of the first layer with
    each of them is computed once. Of what is drawn for all windows a `part` can be kept.
    """
    pool = corruption.draw(pool_words, generator)
    draws = draw_others(pool, windows[:, windows.shape[1] // 2], corruptions, generator)[part]
    windows = windows[part]
    rows, numbers = torch.unique(torch.cat([windows.flatten(), pool]), return_inverse=True)
    of_windows, of_pool = numbers.split([windows.numel(), len(pool)])
    return Corrupted(rows, of_windows.view(windows.shape), of_pool, draws)


def text_loss(network: WindowNetwork, plan: TextPlan, drawn: Corrupted, factor: float = 1.0) -> Tensor:
    """The mean loss of a pair under the network's weights times `factor`, with its gradients behind it."""
    table, layer, head = network.lookup.get_submodule("word"), network.trunk[0], network.head(plan.task)
    assert isinstance(table, nn.Embedding) and isinstance(layer, nn.Linear)
    weights: tuple[Tensor, ...] = (table.weight, layer.weight, layer.bias, head.weight)
    job = _Job(network, plan, drawn, head.margin, table.sparse)
    loss: Tensor = _MarginLoss.apply(job, *weights)  # type: ignore[no-untyped-call]
    return loss if factor == 1.0 else factor * loss


@dataclass(frozen=True, slots=True)
class _Job:
    network: WindowNetwork
    plan: TextPlan
    drawn: Corrupted
    margin: float
    sparse: bool


class _MarginLoss(torch.autograd.Function):
    """Loss and gradients in one go: what a pair needs going forward is all that it needs going back."""

    @staticmethod
    def forward(ctx: Any, job: _Job, table: Tensor, weight: Tensor, bias: Tensor, output: Tensor) -> Tensor:
        found: Gradients = margin_gradients(
            Scorer(
                table[job.drawn.rows],
                weight,
                bias,
                output[0],
                job.network.activation,
                DERIVATIVES[job.plan.activation],
            ),
            job.drawn,
            job.margin,
            shards=job.plan.shards,
            executor=job.plan.executor,
        )
        ctx.job, ctx.found, ctx.size = job, found, table.shape
        return table.new_tensor(found.loss)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        found: Gradients = ctx.found
        rows: Tensor = ctx.job.drawn.rows
        vectors = found.vectors * upstream
        if ctx.job.sparse:
            of_table = torch.sparse_coo_tensor(
                rows[None], vectors, ctx.size, is_coalesced=True, check_invariants=False
            )
        else:
            of_table = vectors.new_zeros(ctx.size).index_copy_(0, rows, vectors)
        return (
            None,
            of_table,
            found.weight * upstream,
            found.bias * upstream,
            (found.output * upstream)[None],
        )


def _watch(network: WindowNetwork, windows: Tensor, watched: Watched) -> None:
    """Let `watched` see what the hidden layer makes of some windows."""
    with_padding = torch.cat([windows.new_zeros(1), windows.flatten()])
    rows, numbers = torch.unique(with_padding, return_inverse=True)
    with torch.no_grad():
        network.hidden(
            rows[:, None],
            rows.new_zeros(len(rows), 0),
            numbers[1:].view(windows.shape),
            watch=watched,
        )
