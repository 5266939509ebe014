"""Baselines beside a model whose answers are known; the methods are stand-ins, so that it is seen what they get."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tagger.analysis import Baseline
from tagger.errors import SettingsError, TaggerError
from tagger.evaluation.intervals import change, interval, sentence_counts
from tagger.recipes import evaluate_baselines
from tagger.recipes.evaluate import evaluate
from tagger.recipes.evaluation_result import as_json
from tagger.text.sentences import Sentence
from tests.recipes.test_evaluate import GOLD, write_table_model

TRAIN = "Ada PROPN B-PER\nlives VERB O\n\nNew PROPN B-LOC\nOslo PROPN I-LOC\n"
COLUMNS = ["word", "pos", "entity"]
Rows = Sequence[Sequence[str]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the baselines were given; they tag every token as the first training token."""
    made: list[dict[str, Any]] = []

    def first_tag(
        name: str, train: Sequence[Sentence], tags: Rows, sentences: Sequence[Sentence], **options: Any
    ) -> list[list[str]]:
        made.append({"name": name, "train": [s.tokens for s in train], "tags": tags, **options})
        return [[tags[0][0]] * len(sentence.tokens) for sentence in sentences]

    monkeypatch.setattr(evaluate_baselines, "baseline_tags", first_tag)
    return made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "gold.conll").write_text(GOLD, encoding="utf-8")
    (tmp_path / "train.conll").write_text(TRAIN, encoding="utf-8")
    settings = {"data": {"train": [str(tmp_path / "train.conll")], "columns": COLUMNS}}
    write_table_model(tmp_path / "model", settings)
    return tmp_path


def run(place: Path, **options: Any) -> Any:
    return evaluate(place / "model", [str(place / "gold.conll")], **options)


def test_a_baseline_learns_from_the_training_data_of_the_model_in_the_scheme_of_the_task(
    place: Path, calls: list[dict[str, Any]]
) -> None:
    run(place, baselines=["majority"])
    pos, ner = calls
    assert pos["train"] == [["Ada", "lives"], ["New", "Oslo"]]
    assert (pos["tags"], pos["scheme"]) == ([["PROPN", "VERB"], ["PROPN", "PROPN"]], "none")
    assert (ner["tags"], ner["scheme"]) == ([["S-PER", "O"], ["B-LOC", "E-LOC"]], "IOBES")


def test_scores_and_the_lead_of_the_model_by_hand(place: Path, calls: list[dict[str, Any]]) -> None:
    """All PROPN: 3 of 7 right; the model 5. Oracle of the intervals: those of the counts."""
    result = run(place, baselines=["majority", "crf", "majority"], tasks=["pos"])
    first, second = result.analyses["pos"].baselines
    gold = ["PROPN VERB ADP PROPN PROPN PUNCT".split(), ["NOUN"]]
    alike = sentence_counts(gold, [["PROPN"] * 6, ["PROPN"]], scheme="none")
    own = sentence_counts(gold, ["PROPN VERB ADP X PROPN PUNCT".split(), ["PROPN"]], scheme="none")
    data = f"{place}/train.conll#"
    assert first == Baseline("majority tag", interval(alike), change(alike, own), first.data)
    assert first.data.startswith(data) and len(first.data) == len(data) + 12
    assert first.change.value == pytest.approx(2 / 7)
    assert second == Baseline("CRF", first.score, first.change, first.data)
    values = as_json(result)["tasks"]["pos"]["baselines"]
    assert [(row["name"], row["score"]["value"]) for row in values] == [
        ("majority tag", pytest.approx(3 / 7)),
        ("CRF", pytest.approx(3 / 7)),
    ]


def test_training_data_can_be_named(place: Path, calls: list[dict[str, Any]]) -> None:
    other = place / "other.conll"
    other.write_text("Oslo NOUN B-LOC\n", encoding="utf-8")
    result = run(place, baselines=["crf"], train=[str(other)], tasks=["pos"])
    assert calls[0]["train"] == [["Oslo"]]
    assert result.analyses["pos"].baselines[0].data.startswith(f"{other}#")


def refusal(place: Path, **options: Any) -> str:
    with pytest.raises(TaggerError) as caught:
        run(place, **options)
    return str(caught.value)


def test_what_cannot_be_is_refused_before_any_work(place: Path, calls: list[dict[str, Any]]) -> None:
    assert refusal(place, baselines=["rule"]) == "--baseline: expected one of majority, crf, found 'rule'."
    assert (
        refusal(place, train=["x"])
        == "--train: expected a baseline that learns from it (--baseline), found none."
    )
    assert calls == []


def test_training_data_without_the_column_of_a_task(tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    model = write_table_model(tmp_path / "model", {})
    (tmp_path / "gold.jsonl").write_text('{"tokens": ["Oslo"], "pos": ["X"], "entity": ["B-LOC"]}\n')
    (tmp_path / "train.jsonl").write_text('{"tokens": ["Oslo"], "pos": ["X"]}\n')
    with pytest.raises(TaggerError) as caught:
        evaluate(
            model, [str(tmp_path / "gold.jsonl")], baselines=["crf"], train=[str(tmp_path / "train.jsonl")]
        )
    assert str(caught.value) == f"{tmp_path}/train.jsonl: expected the tag column entity, found pos."
    assert calls == []


def test_training_data_that_are_gone_can_be_named(place: Path, calls: list[dict[str, Any]]) -> None:
    (place / "train.conll").unlink()
    found = refusal(place, baselines=["crf"])
    assert found.startswith(f"{place}/train.conll: ") and found.endswith(
        " Name the training data with --train."
    )


def test_settings_without_training_data(tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    (tmp_path / "gold.conll").write_text(GOLD, encoding="utf-8")
    model = write_table_model(tmp_path / "model")
    with pytest.raises(SettingsError) as caught:
        evaluate(model, [str(tmp_path / "gold.conll")], baselines=["crf"])
    assert str(caught.value) == (
        "data: expected training data in the model's settings, found none. Name the training data with --train."
    )
