"""`tagger bench` as a function: what is counted is right, what is timed adds up. No speed is asserted."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagger.errors import DataError, ModelError, SettingsError
from tagger.inference.runtime import Runtime
from tagger.inference.tagger import Tagger
from tagger.recipes.bench import Bench, bench, bench_as_json
from tagger.recipes.bench_stages import STAGES, TimedTagger, timed_pass
from tagger.recipes.tag import tag_files
from tagger.saved import TaskDescription, write_model
from tagger.writing.outputs import build_layout
from tests.inference.random_models import random_model, random_sentences

TEXT = "Ada lives in Paris. The U.S. in 1990\nwas walking.\n\nAda Walks.\n"
FORMS = {"Ada", "lives", "in", "Paris", ".", "The", "U.S.", "1990", "was", "walking", "Walks"}


def saved(folder: Path, **options: Any) -> Path:
    folder.mkdir()
    write_model(folder, random_model(1, **options))
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    saved(folder / "model", hidden=(11, 7))
    (folder / "a.txt").write_text(TEXT)
    return folder


@pytest.fixture(scope="module")
def found(place: Path) -> Bench:
    return bench(place / "model", text=str(place / "a.txt"), runs=2, characters=1000, quick=True)


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for item in value.values():
            yield from numbers(item)
    elif isinstance(value, int | float):
        yield value


def test_what_is_counted_is_right(found: Bench, place: Path) -> None:
    """By hand: the text of 63 characters is taken twice to reach 100, with a blank line between."""
    values = bench_as_json(found)
    assert values["text"] == {
        "source": f"{place / 'a.txt'}, 2 times over",
        "characters": 2 * len(TEXT) + 2,
        "sentences": 6,
        "tokens": 30,
        "forms": len(FORMS),
    }
    assert values["runs"] == 2
    assert values["model"]["tasks"] == ["pos", "ner"]
    files = ("model.json", "vocabulary.json", "weights.safetensors")
    disk = sum((place / "model" / name).stat().st_size for name in files)
    assert values["model"]["megabytes_on_disk"] == pytest.approx(disk / 1e6)
    weights = sum(array.nbytes for array in random_model(1, hidden=(11, 7)).weights.values())
    assert values["model"]["megabytes_of_weights"] == pytest.approx(weights / 1e6)
    assert values["table"]["forms"] == len(FORMS) + 1  # padding
    assert values["table"]["hit_rate"] == pytest.approx(1 - len(FORMS) / 30)
    assert values["table"]["megabytes"] < values["table"]["megabytes_at_most"]
    assert values["latency"]["tokens"]["samples"] == values["latency"]["text"]["samples"] == 100


def test_stages_and_the_rest_add_up_to_the_time_in_all(found: Bench) -> None:
    values = bench_as_json(found)
    assert list(values["stages"]) == [*STAGES, "other"]
    for key in ("seconds", "microseconds"):
        parts = [stage[key] for stage in values["stages"].values()]
        assert math.fsum(parts) == pytest.approx(values["total"][key])
    assert math.fsum(stage["share"] for stage in values["stages"].values()) == pytest.approx(1)
    for name, stage in values["stages"].items():
        assert name == "other" or stage["seconds"] > 0
        assert stage["microseconds"] == pytest.approx(1e6 * stage["seconds"] / 30)


def test_every_figure_is_a_finite_number_above_zero(found: Bench) -> None:
    values = json.loads(json.dumps(bench_as_json(found), allow_nan=False))
    del values["stages"]["other"]  # may be below zero
    values["machine"].pop("load")  # may be zero
    values["machine"].pop("compiled_loops")
    figures = list(numbers(values))
    assert len(figures) > 50
    assert all(figure > 0 for figure in figures)
    assert values["latency"]["text"]["p50_ms"] <= values["latency"]["text"]["p99_ms"]
    assert values["workers"] is None


@pytest.mark.parametrize("activation", ["relu", "maxout"])
@pytest.mark.parametrize("hidden", [(11,), (11, 7)])
def test_the_clock_changes_no_score(activation: str, hidden: tuple[int, ...]) -> None:
    model = random_model(3, activation=activation, hidden=hidden)
    sentences = random_sentences(1, 200)
    timed = TimedTagger(model, memory=1, tasks=None, name="model")
    np.testing.assert_array_equal(timed.timed.scores(sentences), Runtime(model).scores(sentences))
    assert all(timed.clock[stage] > 0 for stage in STAGES[2:6])


def test_the_timed_pass_writes_what_tagging_writes(place: Path, tmp_path: Path) -> None:
    model = random_model(1)
    tagger = TimedTagger(model, memory=1, tasks=["ner"], name="model")
    layout = build_layout(("ner",), {"ner": tagger.scheme("ner")}, {"ner": tagger.labels("ner")})
    clock = timed_pass(str(place / "a.txt"), tagger, layout, tmp_path / "timed")
    with (tmp_path / "tagged").open("wb") as sink:
        tag_files(Tagger(model, tasks=["ner"]), [str(place / "a.txt")], stdout=sink)
    assert (tmp_path / "timed").read_bytes() == (tmp_path / "tagged").read_bytes() != b""
    assert list(clock) == list(STAGES)


def test_the_clock_stops_with_the_pass(place: Path, tmp_path: Path) -> None:
    tagger = TimedTagger(random_model(1), memory=1, tasks=["ner"], name="model")
    layout = build_layout(("ner",), {"ner": tagger.scheme("ner")}, {"ner": tagger.labels("ner")})
    clock = timed_pass(str(place / "a.txt"), tagger, layout, tmp_path / "timed")
    before = dict(clock)
    tagger.tag(TEXT)
    assert clock == before


def test_without_a_text_the_model_gives_the_words(place: Path) -> None:
    found = bench(place / "model", tasks=("ner",), runs=1, characters=500)
    assert found.text.source == "random sentences of the model's words, seed 1"
    assert found.tasks == ("ner",)


def test_nothing_is_measured_of_a_text_without_words(place: Path) -> None:
    empty = place / "empty.txt"
    empty.write_text("\n")
    with pytest.raises(DataError) as caught:
        bench(place / "model", text=str(empty))
    assert str(caught.value) == f"{empty}: expected text to tag, found white space alone."


def test_an_unknown_task(place: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        bench(place / "model", tasks=("nre",))
    assert str(caught.value) == "task: expected one of pos, ner, found 'nre'."


def test_a_model_that_only_scores(tmp_path: Path) -> None:
    folder = saved(tmp_path / "scorer", tasks=(TaskDescription("lm", "", "none", "margin", ("",)),))
    with pytest.raises(ModelError) as caught:
        bench(folder)
    assert str(caught.value) == (
        f"{folder}: expected a task that tags, found scorers only (lm). "
        "`tagger score` prints their scores; in Python, Tagger.score_sentences gives them."
    )
