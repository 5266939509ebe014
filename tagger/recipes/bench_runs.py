"""A model and a text file to how fast it tags in this process: stages, in all, new forms, one sentence, the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from tagger.errors import DataError
from tagger.inference.form_table import BYTES_A_FORM
from tagger.inference.runtime import Runtime
from tagger.inference.tagger import Tagger
from tagger.reading.words import Words
from tagger.recipes.bench_stages import FORMAT, STAGES, Clock, TimedTagger, sentences_of, timed_pass
from tagger.recipes.tag import tag_files
from tagger.saved import SavedModel
from tagger.writing.outputs import Layout, build_layout

FORMS_AT_ONCE = 2048
"""New forms that are looked up at once: as many as the least memory has room for."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds that one sentence takes: the median of many, and what 99 in a hundred stay within."""

    half: float
    most: float
    samples: int


@dataclass(frozen=True, slots=True)
class Table:
    """The table of forms after the text was tagged for the first time."""

    capacity: int  # forms
    kept: int
    hits: float  # share of the text's tokens whose form was there
    bytes_kept: int
    bytes_most: int


@dataclass(frozen=True, slots=True)
class Speeds:
    """Wall seconds for the whole text, medians."""

    sentences: int
    tokens: int
    forms: int  # different ones
    stages: dict[str, float]
    total: float  # raw text to written tags
    ready: float  # ready tokens to tags in memory
    new_form: float  # a form never seen before, without the rest of tagging
    token_latency: Latency  # one sentence of ready tokens
    text_latency: Latency  # one sentence of raw text
    table: Table

    @property
    def other(self) -> float:
        """What no stage has of the time in all; below zero where the stages took longer by themselves."""
        return self.total - sum(self.stages.values())


def measure_speeds(
    tagger: TimedTagger,
    model: SavedModel,
    path: Path,
    *,
    runs: int,
    samples: int,
    observe: Callable[[str], None],
) -> Speeds:
    """Tag the text of `path` again and again with the `tagger` of the `model`, which has seen no form yet.

    Stages, time in all and time from ready tokens are measured in turn. Raises DataError for a text without tokens.
    """
    sentences = sentences_of(str(path))
    tokens = sum(len(words.tokens) for words in sentences)
    forms = list(dict.fromkeys(token for words in sentences for token in words.tokens))
    if not forms:
        raise DataError(path, None, "text to tag", "none")
    count, some = len(sentences), spread(sentences, samples)
    del sentences  # objects in memory cost time whenever Python looks for garbage
    layout, output = _layout(tagger), path.with_suffix(".tagged")
    observe("forms seen for the first time")
    timed_pass(str(path), tagger, layout, output)
    table = _table(tagger, tokens)
    clocks: list[Clock] = []
    totals, ready, new = [], [], []
    for run in range(1, runs + 1):
        observe(f"run {run} of {runs}")
        clocks.append(timed_pass(str(path), tagger, layout, output))
        totals.append(_total(tagger, path, output))
        ready.append(_ready(tagger, path))
        new.append(_new_form(model, forms))
    observe("one sentence at a time")
    return Speeds(
        sentences=count,
        tokens=tokens,
        forms=len(forms),
        stages={stage: median(clock[stage] for clock in clocks) for stage in STAGES},
        total=median(totals),
        ready=median(ready),
        new_form=median(new),
        token_latency=latency([_seconds(partial(tagger.tag_tokens, words.tokens)) for words in some]),
        text_latency=latency([_seconds(partial(tagger.tag, words.text or "")) for words in some]),
        table=table,
    )


def latency(seconds: Sequence[float]) -> Latency:
    """The median and the 99th percentile of single measurements, neighbours interpolated."""
    half, most = np.percentile(seconds, (50, 99)).tolist()
    return Latency(half, most, len(seconds))


def spread(sentences: Sequence[Words], count: int) -> list[Words]:
    """`count` of the sentences, spread evenly; where there are fewer, some several times."""
    return [sentences[number * len(sentences) // count] for number in range(count)]


def _seconds(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def _total(tagger: Tagger, path: Path, output: Path) -> float:
    """Raw text to written tags, as `tagger tag` does it behind its start-up."""
    with output.open("wb") as sink:
        return _seconds(lambda: tag_files(tagger, [str(path)], stdout=sink, output_format=FORMAT))


def _ready(tagger: Tagger, path: Path) -> float:
    """Ready tokens to tags, all kept in memory. The tokens are fresh, as a tokenizer gives them."""
    sentences = [words.tokens for words in sentences_of(str(path))]
    return _seconds(lambda: list(tagger.tag_sentences(sentences)))


def _new_form(model: SavedModel, forms: Sequence[str]) -> float:
    """Seconds that an empty table takes for a form; those that it has room for at once."""
    table = Runtime(model).table
    some = forms[: table.capacity - FORMS_AT_ONCE]
    parts = [some[start : start + FORMS_AT_ONCE] for start in range(0, len(some), FORMS_AT_ONCE)]
    return _seconds(lambda: [table.numbers(part) for part in parts]) / len(some)


def _layout(tagger: Tagger) -> Layout:
    return build_layout(
        tagger.tasks,
        {task: tagger.scheme(task) for task in tagger.tasks},
        {task: tagger.labels(task) for task in tagger.tasks},
    )


def _table(tagger: TimedTagger, tokens: int) -> Table:
    table = tagger.timed.table
    a_form = table.rows[0].nbytes + BYTES_A_FORM
    return Table(
        capacity=table.capacity,
        kept=len(table),
        hits=1 - table.computed / tokens,
        bytes_kept=len(table) * a_form,
        bytes_most=table.capacity * a_form,
    )
