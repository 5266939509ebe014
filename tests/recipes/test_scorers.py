"""Scorers from their settings to trained models: learnt alone and beside other heads, resumed, checked, evaluated."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagger
from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.recipes.diagnose import diagnose
from tagger.recipes.evaluate import evaluate
from tagger.recipes.gradcheck import check
from tagger.recipes.history import read_course
from tagger.recipes.info import describe_model, info_as_json
from tagger.recipes.overfit import overfit, predicted_kinds
from tagger.recipes.run_folder import model_card
from tagger.recipes.train import resume_settings, train
from tagger.recipes.training_data import load_training_data
from tagger.records import RankingScores, Step
from tagger.reports.curves import build_page
from tagger.saved import CARD, WEIGHTS, TaskDescription, read_model, write_model
from tagger.settings_file import parse_settings
from tagger.training.checkpoint import CHECKPOINT
from tagger.weights_file import read_weights
from tests.inference.random_models import random_model
from tests.recipes.test_objectives import CORPUS, NEW, SENTENCES, torch_tags

ANY = {"column": "ner", "objective": "margin"}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.conll"
    path.write_text(CORPUS, encoding="utf-8")
    return path


def settings(corpus: Path, tasks: dict[str, Any], *, dropout: float = 0.0, **training: Any) -> Settings:
    return parse_settings(
        {
            "data": {"train": [str(corpus)], "dev": [str(corpus)], "columns": ["word", "pos", "ner"]},
            "features": {"word": {"dim": 8, "unknown_rate": dropout}},
            "network": {"hidden": [24], "activation": "tanh", "input_dropout": dropout, "dropout": dropout},
            "tasks": tasks,
            "optimizer": {"rate": 0.03},
            "schedule": {"name": "constant"},
            "training": {"epochs": 60, "batch_words": 100, "patience": 0, "averaging": 0.0, **training},
        }
    )


def test_a_scorer_alone_learns_to_rank_its_windows(corpus: Path, tmp_path: Path) -> None:
    steps: list[Step] = []
    notes: list[str] = []
    report = train(settings(corpus, {"any": ANY}), tmp_path / "m", observe=steps.append, note=notes.append)
    assert notes[-1].endswith("tasks: any (scorer of any label)")
    assert report.scores == {"any.average_precision": 1.0, "any.ranking_accuracy": 1.0, "any.best_f1": 1.0}
    assert (report.best_score, report.scorers_only) == (1.0, True)
    assert steps[-1].dev_losses["any"] < steps[0].losses["any"]
    (task,) = read_model(tmp_path / "m").tasks
    assert task == TaskDescription("any", "ner", "none", "margin", ("",))
    (found,) = tagger.load(tmp_path / "m").score_sentences(["Ada Lovelace lives in New York .".split()])
    assert min(found["any"][place] for place in (0, 1, 4, 5)) > max(
        found["any"][place] for place in (2, 3, 6)
    )
    assert "Score words with it: `tagger score m FILE`" in (tmp_path / "m" / CARD).read_text()


def test_scorers_learn_beside_other_heads_over_shared_layers(corpus: Path, tmp_path: Path) -> None:
    tasks = {"pos": {}, "per": {**ANY, "label": "PER", "corruptions": 9}, "ner": {"objective": "sentence"}, "verb": {
        "column": "pos", "objective": "margin", "label": "VBZ", "corruptions": 9, "weight": 0.2}}  # fmt: skip
    report = train(settings(corpus, tasks), tmp_path / "m")
    assert report.scores["per.average_precision"] == report.scores["verb.average_precision"] == 1.0
    assert report.scores["pos.accuracy"] == report.scores["ner.f1"] == 1.0
    nlp = tagger.load(tmp_path / "m")
    assert (nlp.tasks, nlp.scorers) == (("pos", "ner"), ("per", "verb"))
    for task in nlp.tasks:
        found = [s.tags[task] for s in nlp.tag_sentences(SENTENCES + NEW)]
        assert found == torch_tags(tmp_path / "m", SENTENCES + NEW, task)


def test_the_mean_that_decides_takes_the_average_precision_of_scorers(corpus: Path, tmp_path: Path) -> None:
    report = train(settings(corpus, {"pos": {}, "any": ANY}, epochs=1), tmp_path / "m")
    assert report.best_score == pytest.approx(
        (report.scores["pos.accuracy"] + report.scores["any.average_precision"]) / 2
    )
    chosen = settings(corpus, {"pos": {}, "any": ANY}, epochs=1, score="any.ranking_accuracy")
    report = train(chosen, tmp_path / "n")
    assert report.best_score == report.scores["any.ranking_accuracy"]


def test_a_run_broken_off_and_resumed_equals_an_uninterrupted_one(corpus: Path, tmp_path: Path) -> None:
    tasks = {"pos": {}, "any": {**ANY, "corruptions": 2}}
    chosen = settings(corpus, tasks, dropout=0.2, epochs=5, averaging=0.9, batch_words=12)
    train(chosen, tmp_path / "whole")

    def interrupt(step: Step) -> None:
        if step.epoch == 3:
            raise KeyboardInterrupt

    train(chosen, tmp_path / "broken", observe=interrupt)
    train(resume_settings(tmp_path / "broken"), tmp_path / "broken", resume=True)
    for name in (WEIGHTS, CHECKPOINT):
        whole, resumed = (read_weights(tmp_path / run / name) for run in ("whole", "broken"))
        assert whole.keys() == resumed.keys()
        assert all(np.array_equal(whole[key], resumed[key]) for key in whole), name
    assert whole["network/heads.any.bias"].tolist() == [0.0]
    other = settings(corpus, tasks, epochs=5, averaging=0.9, batch_words=12, seed=2)
    train(other, tmp_path / "other")
    weights = [read_weights(tmp_path / run / WEIGHTS)["heads.any.weight"] for run in ("whole", "other")]
    assert not np.array_equal(*weights)


def test_the_number_of_corruptions_and_the_margin_reach_the_loss(corpus: Path, tmp_path: Path) -> None:
    first: dict[str, float] = {}
    for name, task in {"one": {}, "many": {"corruptions": 9}, "wide": {"margin": 50.0}}.items():
        losses: list[float] = []
        train(
            settings(corpus, {"any": {**ANY, **task}}, epochs=1),
            tmp_path / name,
            observe=lambda step, losses=losses: losses.append(step.losses["any"]),
        )
        first[name] = losses[0]
    assert first["wide"] - first["one"] == pytest.approx(49.0, abs=0.5)
    assert first["many"] != first["one"]


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (
            {"column": "ner", "label": "ORG"},
            "tasks.x.label: expected a type of span of the column ner in the training data (LOC, PER), found 'ORG'.",
        ),
        (
            {"column": "ner", "label": "B-PER"},
            "tasks.x.label: expected a type of span of the column ner in the training data (LOC, PER), found 'B-PER'.",
        ),
        (
            {"column": "pos", "label": "NNS"},
            "tasks.x.label: expected a tag of the column pos in the training data "
            "(., DT, IN, JJ, NN, NNP, TO, VBZ), found 'NNS'.",
        ),
        (
            {"column": "pos"},
            "tasks.x.label: expected a tag of the column pos, in which no word has the tag O, found none.",
        ),
        (
            {"column": "ner", "scheme": "IOBES"},
            """tasks.x.scheme: expected "none" for the objective margin, which predicts no tags, found 'IOBES'.""",
        ),
        (
            {"column": "chunk"},
            "tasks.x.column: expected a tag column of its data (pos, ner), found 'chunk'.",
        ),
    ],
)
def test_settings_that_cannot_be(corpus: Path, task: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_training_data(settings(corpus, {"x": {"objective": "margin", **task}}))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rows", "label", "message"),
    [
        ("a O\nb O\n", "", "expected words with and without any label in the training data, found none of the first."),
        ("a N\nb N\n", "N", "expected words with and without N in the training data, found none of the second."),
    ],
)  # fmt: skip
def test_words_of_one_kind_alone_cannot_be_ranked(
    tmp_path: Path, rows: str, label: str, message: str
) -> None:
    path = tmp_path / "one.conll"
    path.write_text(rows)
    values = {
        "data": {"train": [str(path)], "columns": ["word", "x"]},
        "tasks": {"x": {"objective": "margin", "label": label}},
    }
    with pytest.raises(SettingsError) as caught:
        load_training_data(parse_settings(values))
    assert str(caught.value) == f"tasks.x.column: {message}"


def test_the_score_that_decides_is_one_of_the_scorers(corpus: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_training_data(settings(corpus, {"pos": {}, "any": ANY}, score="any.f1"))
    assert str(caught.value) == (
        "training.score: expected one of mean, pos.accuracy, any.average_precision, any.ranking_accuracy, "
        "any.best_f1, found 'any.f1'."
    )


def test_evaluation_finds_what_training_scored(corpus: Path, tmp_path: Path) -> None:
    """The torch network during training against the runtime and the same measures over all pairs."""
    tasks = {"per": {**ANY, "label": "PER"}, "pos": {}}
    report = train(settings(corpus, tasks, epochs=2), tmp_path / "m")
    result = evaluate(tmp_path / "m").tasks[0]
    scores = result.scores
    assert isinstance(scores, RankingScores)
    assert (scores.true, scores.corrupted, scores.tokens) == (3, 11, 17)  # 3 words of LOC are neither
    for name in ("average_precision", "ranking_accuracy", "best_f1"):
        assert getattr(scores, name) == pytest.approx(report.scores[f"per.{name}"], abs=1e-6)
    assert result.signature == (
        f"task:per|data:{corpus}#{result.fingerprint}|label:PER|mode:ranking|seed:1|tagger:{tagger.__version__}"
    )


def test_data_with_nothing_to_rank_are_noted(corpus: Path, tmp_path: Path) -> None:
    train(settings(corpus, {"any": ANY}, epochs=1), tmp_path / "m")
    path = tmp_path / "outside.conll"
    path.write_text("in IN O\n. . O\n")
    result = evaluate(tmp_path / "m", [str(path)])
    assert result.notes == (f"any: {path} has no words with any label: nothing is ranked",)


@pytest.mark.parametrize("task", [ANY, {**ANY, "label": "PER", "corruptions": 4, "margin": 3.0}])
def test_gradients_of_a_scorer_and_a_head_beside_it_are_right(corpus: Path, task: dict[str, Any]) -> None:
    report = check(settings(corpus, {"x": task, "pos": {}}), entries=6)
    assert report.passed
    groups = {group.name: group for group in report.groups}
    assert "heads.x.bias" not in groups
    assert groups["heads.x.weight"].entries and not groups["heads.x.weight"].flat


def test_a_trained_scorer_is_checked_on_random_sentences_where_its_data_are_gone(
    corpus: Path, tmp_path: Path
) -> None:
    train(settings(corpus, {"x": {**ANY, "label": "PER", "margin": 4.0}}, epochs=1), tmp_path / "m")
    corpus.unlink()
    report = check(tmp_path / "m", entries=4)
    assert report.passed and report.data == "random sentences" and report.value > 0


def test_a_model_pretrained_on_raw_text_is_checked_on_random_sentences(tmp_path: Path) -> None:
    task = TaskDescription("text", "", "none", "margin", ("",))
    model = random_model(1, features="word", tasks=(task,))
    model.extra_files["settings.toml"] = ""
    write_model(tmp_path, model)
    report = check(tmp_path, entries=4)
    assert report.passed
    assert report.notes == (
        "random labels on random sentences of its words: the model was pretrained on raw text",
    )


def test_a_scorer_learns_a_few_sentences_by_heart(corpus: Path) -> None:
    report = overfit(settings(corpus, {"any": ANY, "ner": {"objective": "sentence"}}), 3)
    assert report.learnt
    assert report.scores["any.average_precision"] == 1.0
    assert report.wrong_sentences == {"any": 0, "ner": 0}


def test_the_same_window_with_and_without_a_label_is_not_learnt(tmp_path: Path) -> None:
    path = tmp_path / "corpus.conll"
    path.write_text("a O O\nb O B-X\n\na O O\nb O O\n\nc O B-X\n")
    chosen = settings(path, {"any": ANY})
    report = overfit(
        chosen.model_copy(update={"training": chosen.training.model_copy(update={"epochs": 1})}), 3
    )
    assert not report.learnt
    (wrong,) = report.wrong
    assert wrong.contradicts
    assert {wrong.gold[1], wrong.predicted[1]} == {"true", "corrupted"}


def test_kinds_are_told_apart_by_the_best_threshold() -> None:
    kinds = [["true", "neither"], [], ["corrupted", "true"]]
    scores = np.array([3.0, -9.0, 2.0, 1.0], np.float32)
    assert predicted_kinds(kinds, scores, lead=0.5) == [["true", "neither"], [], ["true", "true"]]


def test_a_true_window_that_does_not_lead_by_enough_is_wrong() -> None:
    kinds = [["true", "true", "corrupted", "corrupted"]]
    scores = np.array([3.0, 2.0, 1.75, 0.0], np.float32)
    assert predicted_kinds(kinds, scores, lead=0.2) == kinds
    assert predicted_kinds(kinds, scores, lead=0.5) == [["true", "true", "true", "corrupted"]]


def test_the_run_is_shown_diagnosed_and_drawn(corpus: Path, tmp_path: Path) -> None:
    train(settings(corpus, {"any": ANY}, epochs=3), tmp_path / "m")
    course = read_course(tmp_path / "m")
    assert course.score_name("any") == "any.average_precision"
    assert len(course.score("dev", "any")) == len(course.loss("dev", "any")) == 3
    titles = [panel.title for row in build_page([course]).tasks for panel in row]
    assert titles == ["any: loss", "any: average precision"]
    assert diagnose(tmp_path / "m").course.tasks == ["any"]
    values = json.loads(json.dumps(info_as_json(describe_model(tmp_path / "m"))))
    assert values["tasks"]["any"] == {
        "column": "ner", "scheme": "none", "objective": "margin", "labels": [""], "temperature": None
    }  # fmt: skip


def test_the_card_of_a_model_that_also_tags_says_how(corpus: Path, tmp_path: Path) -> None:
    model = train(settings(corpus, {"any": ANY, "pos": {}}, epochs=1), tmp_path / "m").folder
    metrics, run = (json.loads((model / name).read_text()) for name in ("metrics.json", "run.json"))
    assert "tagger tag -m m FILE" in model_card("m", read_model(model), metrics, run)


MIXED = "Ada N B-PER\nsings V O\n\nit N O\nrains V O\nin P O\nhere N O\n\nOslo N B-LOC\n"


@pytest.mark.parametrize("beside", [{}, {"pos": {}}])
def test_batches_without_a_pair_of_windows_do_not_count_in_the_loss(
    tmp_path: Path, beside: dict[str, Any]
) -> None:
    """Three batches of a sentence each: one has both kinds of windows, one corrupted ones alone, one a true one."""
    path = tmp_path / "mixed.conll"
    path.write_text(MIXED, encoding="utf-8")
    steps: list[Step] = []
    chosen = settings(path, {"any": {**ANY, "margin": 50.0}, **beside}, epochs=2, batch_words=1)
    train(chosen, tmp_path / "m", observe=steps.append)
    for epoch in (steps[:3], steps[3:]):
        (paired,) = (step.losses["any"] for step in epoch if step.losses.get("any"))
        assert paired > 40.0
        assert epoch[-1].train_losses["any"] == pytest.approx(paired)
        assert set(epoch[-1].train_losses) == {"any", *beside}
    if beside:
        assert sum("any" in step.losses for step in steps) == 2
        assert steps[2].words == steps[2].total_words == 7


def test_an_epoch_without_a_pair_of_windows_teaches_nothing_and_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "apart.conll"
    path.write_text("Ada N B-PER\n\nit N O\nrains V O\n", encoding="utf-8")
    steps: list[Step] = []
    report = train(
        settings(path, {"any": ANY}, epochs=2, batch_words=1), tmp_path / "m", observe=steps.append
    )
    assert report.epochs == 2
    assert steps[-1].train_losses == {}
