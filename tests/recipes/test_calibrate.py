"""Temperatures fitted with a saved model: against brute force over its own probabilities, and what is written."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tagger
from tagger.config import Settings
from tagger.evaluation.calibration import expected_calibration_error
from tagger.recipes.calibrate import calibrate, fit
from tagger.recipes.finetune import finetune, resume_finetuning
from tagger.recipes.gold import Gold, GoldPart
from tagger.recipes.train import resume_settings, train
from tagger.records import Step
from tagger.saved import HISTORY, METRICS, WEIGHTS, SavedModel, TaskDescription, read_model, write_model
from tagger.settings_file import parse_settings
from tagger.text.schemes import allowed_transitions
from tagger.text.sentences import Sentence
from tests.inference.random_models import IOB2, POS, path_scores, random_model, random_sentences, slow_scores
from tests.recipes.finetuning import NEW, OLD, new_settings, train_model, write

OBJECTIVES = ["word", "sentence", "squared-error", "tags-margin"]


def model_of(objective: str, *, scheme: str = "none") -> SavedModel:
    """One task whose scores are large."""
    labels = POS if scheme == "none" else IOB2
    model = random_model(2, tasks=(TaskDescription("ner", "entity", scheme, objective, labels),))
    for part in ("weight", "bias"):
        model.weights[f"heads.ner.{part}"] = 2 * model.weights[f"heads.ner.{part}"]
    return model


def shares_of(model: SavedModel, tokens: list[str], temperature: float) -> dict[tuple[int, ...], float]:
    """Every allowed path and its probability, by enumeration; transitions are 0 where the head has none."""
    (task,) = model.tasks
    scores = slow_scores(model, tokens, "ner")
    if task.objective == "squared-error":
        scores = np.log(1 / (1 + np.exp(-scores)))
    labels = len(task.labels)
    table = model.weights.get("heads.ner.transitions", np.zeros((labels + 1, labels))).astype(float)
    paths = path_scores(scores, table, allowed_transitions(task.labels, task.scheme))
    weights = {path: math.exp(score / temperature) for path, score in paths.items()}
    return {path: weight / sum(weights.values()) for path, weight in weights.items()}


def gold_of(model: SavedModel, count: int, *, seed: int = 1, temperature: float = 2.0) -> GoldPart:
    """Sentences with tags drawn from the model's own probabilities at `temperature`."""
    random, (task,), gold = np.random.default_rng(seed), model.tasks, []
    for tokens in random_sentences(seed, count, longest=4):
        shares = shares_of(model, tokens, temperature)
        path = list(shares)[random.choice(len(shares), p=list(shares.values()))]
        gold.append(Sentence(tokens, {"entity": [task.labels[tag] for tag in path]}))
    return GoldPart(Gold("gold", gold, {"entity": task.scheme}), model.tasks)


def loss_of(model: SavedModel, part: GoldPart, temperature: float) -> float:
    """The mean of -log probability of the gold tags, each a sum over all paths that have it."""
    chances = []
    for sentence in part.gold.sentences:
        shares = shares_of(model, sentence.tokens, temperature)
        for place, tag in enumerate(sentence.tags["entity"]):
            number = model.tasks[0].labels.index(tag)
            chances.append(sum(share for path, share in shares.items() if path[place] == number))
    return -float(np.log(chances).mean())


@pytest.mark.parametrize(
    ("objective", "scheme"), [*((objective, "none") for objective in OBJECTIVES), ("sentence", "IOB2")]
)
def test_the_temperature_is_the_likeliest_by_enumeration(objective: str, scheme: str) -> None:
    model = model_of(objective, scheme=scheme)
    part = gold_of(model, 60)
    (found,) = fit(model, [part])
    tokens = sum(len(sentence.tokens) for sentence in part.gold.sentences)

    def total(temperature: float) -> float:
        return loss_of(model, part, temperature) + math.log(temperature) ** 2 / (2 * tokens)

    assert found.tokens == tokens
    assert found.loss_before == pytest.approx(loss_of(model, part, 1.0), rel=1e-4)
    assert found.loss == pytest.approx(loss_of(model, part, found.temperature), rel=1e-4)
    for factor in (0.5, 0.9, 0.98, 1.02, 1.1, 2.0):
        assert total(found.temperature) < total(factor * found.temperature)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_calibrated_model_says_how_the_tags_were_drawn_and_tags_the_same(
    tmp_path: Path, objective: str
) -> None:
    model = model_of(objective)
    write_model(tmp_path, model)
    part = gold_of(model, 400)
    sentences = [sentence.tokens for sentence in part.gold.sentences]
    before = [sentence.tags for sentence in tagger.load(tmp_path).tag_sentences(sentences)]
    (found,) = calibrate(tmp_path, [part])
    assert found.temperature == pytest.approx(2.0, rel=0.25)
    assert read_model(tmp_path).tasks == (replace(model.tasks[0], temperature=found.temperature),)
    after = list(tagger.load(tmp_path).tag_sentences(sentences, probabilities=True))
    assert [sentence.tags for sentence in after] == before
    assert found.loss < found.loss_before
    chances = [p for sentence in after for p in sentence.probabilities["ner"]]
    right = [
        tag == gold
        for sentence, expected in zip(after, part.gold.sentences, strict=True)
        for tag, gold in zip(sentence.tags["ner"], expected.tags["entity"], strict=True)
    ]
    assert np.mean(chances) == pytest.approx(np.mean(right), abs=0.03)
    assert found.error == pytest.approx(expected_calibration_error(chances, right), abs=1e-6)


def test_what_was_found_stands_in_the_metrics_beside_what_was_there(tmp_path: Path) -> None:
    model = model_of("word")
    model.extra_files[METRICS] = '{"epoch": 3, "calibration": {"pos": {"temperature": 2}}}'
    write_model(tmp_path, model)
    (found,) = calibrate(tmp_path, [gold_of(model, 20)])
    assert json.loads((tmp_path / METRICS).read_text()) == {
        "epoch": 3,
        "calibration": {
            "pos": {"temperature": 2},
            "ner": {
                "temperature": found.temperature,
                "tokens": found.tokens,
                "loss_before": found.loss_before,
                "loss": found.loss,
                "error_before": found.error_before,
                "error": found.error,
            },
        },
    }


def test_parts_of_one_task_are_fitted_together() -> None:
    model = model_of("sentence", scheme="IOB2")
    one, other = (gold_of(model, 40, seed=seed) for seed in (1, 2))
    both = replace(one.gold, sentences=one.gold.sentences + other.gold.sentences)
    (apart,), (together,) = fit(model, [one, other]), fit(model, [GoldPart(both, one.tasks)])
    assert apart.tokens == together.tokens
    assert apart.temperature == pytest.approx(together.temperature, rel=1e-3)


def test_gold_tags_without_a_probability_are_left_out() -> None:
    """A label that the task has not, and one that no allowed path has there: the others decide."""
    model = model_of("sentence", scheme="IOB2")
    part = gold_of(model, 40)
    odd = Sentence(["Ada", "lives", "in"], {"entity": ["I-PER", "B-DATE", "O"]})
    longer = replace(part.gold, sentences=[*part.gold.sentences, odd])
    (found,), (expected,) = fit(model, [GoldPart(longer, part.tasks)]), fit(model, [part])
    assert found.tokens == expected.tokens + 1
    unknown = replace(part.gold, sentences=[Sentence(["Ada"], {"entity": ["B-DATE"]})])
    assert fit(model, [GoldPart(unknown, part.tasks)]) == ()
    assert fit(model, [GoldPart(replace(part.gold, sentences=[]), part.tasks)]) == ()
    assert fit(model, []) == ()


def settings(corpus: Path, **training: object) -> Settings:
    loop = {"epochs": 6, "batch_words": 10, "patience": 0, "averaging": 0.0, **training}
    return parse_settings(
        {
            "data": {"train": [str(corpus)], "dev": [str(corpus)], "columns": ["word", "pos", "ner"]},
            "features": {"word": {"dim": 8}},
            "network": {"hidden": [12], "dropout": 0.3},
            "tasks": {"pos": {}, "ner": {"objective": "sentence"}},
            "optimizer": {"rate": 0.02},
            "training": loop,
        }
    )


def temperatures(folder: Path) -> dict[str, float]:
    return {task.name: task.temperature for task in read_model(folder).tasks}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write(tmp_path / "corpus.conll", OLD)


def test_a_training_ends_with_temperatures_in_its_model_report_and_metrics(
    corpus: Path, tmp_path: Path
) -> None:
    notes: list[str] = []
    report = train(settings(corpus), tmp_path / "model", note=notes.append)
    found = {calibration.task: calibration.temperature for calibration in report.calibration}
    assert temperatures(tmp_path / "model") == found
    assert found.keys() == {"pos", "ner"} and 1.0 not in found.values()
    metrics = json.loads((tmp_path / "model" / METRICS).read_text())
    assert {task: values["temperature"] for task, values in metrics["calibration"].items()} == found
    assert metrics["dev"] == report.scores
    assert notes[-1] == (
        f"temperatures of probabilities, fitted on development data: pos {found['pos']:.2f}, ner {found['ner']:.2f}"
    )


def test_a_training_that_should_not_or_cannot_leaves_them_at_one(corpus: Path, tmp_path: Path) -> None:
    report = train(settings(corpus, calibrate=False), tmp_path / "off")
    assert report.calibration == ()
    assert temperatures(tmp_path / "off") == {"pos": 1.0, "ner": 1.0}
    chosen = settings(corpus)
    alone = chosen.model_copy(update={"data": chosen.data.model_copy(update={"dev": ()})})
    assert train(alone, tmp_path / "alone").calibration == ()
    assert temperatures(tmp_path / "alone") == {"pos": 1.0, "ner": 1.0}


def test_calibrating_changes_nothing_else_and_a_resumed_run_ends_the_same(
    corpus: Path, tmp_path: Path
) -> None:
    whole = train(settings(corpus), tmp_path / "whole")
    train(settings(corpus, calibrate=False), tmp_path / "off")

    def interrupt(step: Step) -> None:
        if step.epoch == 3:
            raise KeyboardInterrupt

    broken = train(settings(corpus), tmp_path / "broken", observe=interrupt)
    assert broken.interrupted and broken.calibration  # of the best weights so far
    resumed = train(resume_settings(tmp_path / "broken"), tmp_path / "broken", resume=True)
    assert resumed.calibration == whole.calibration
    assert (tmp_path / "whole" / METRICS).read_bytes() == (tmp_path / "broken" / METRICS).read_bytes()
    assert temperatures(tmp_path / "whole") == temperatures(tmp_path / "broken")
    for other in ("broken", "off"):
        assert (tmp_path / "whole" / WEIGHTS).read_bytes() == (tmp_path / other / WEIGHTS).read_bytes()
        histories = [(tmp_path / run / HISTORY).read_text().splitlines() for run in ("whole", other)]
        for lines in zip(*histories, strict=True):
            one, two = (json.loads(line) for line in lines)
            assert {**one, "seconds": 0} == {**two, "seconds": 0}


def test_a_fine_tuning_fits_anew_what_its_data_have_and_keeps_the_rest(tmp_path: Path) -> None:
    """NEW has entities and chunks, no parts of speech: their temperature is the model's own."""
    model = train_model(tmp_path)
    before = temperatures(model)
    report = finetune(model, new_settings(tmp_path), tmp_path / "tuned", overrides=["training.epochs=3"])
    after = temperatures(tmp_path / "tuned")
    assert after["pos"] == before["pos"] != 1.0
    assert after["ner"] != before["ner"]
    assert {c.task: c.temperature for c in report.training.calibration} == {
        k: after[k] for k in ("ner", "chunk")
    }
    folder = tmp_path / "again"
    shutil.copytree(tmp_path / "tuned", folder)
    resume_finetuning(folder)
    assert temperatures(folder) == after


def test_a_fine_tuning_with_rehearsal_fits_old_tasks_on_old_data(tmp_path: Path) -> None:
    model = train_model(tmp_path)
    corpus = str(write(tmp_path / "again.conll", OLD))
    report = finetune(
        model,
        new_settings(tmp_path),
        tmp_path / "tuned",
        overrides=[
            "training.epochs=3",
            f"rehearsal.data.train=['{corpus}']",
            f"rehearsal.data.dev=['{corpus}']",
            "rehearsal.data.columns=['word','pos','ner']",
        ],
    )
    tokens = {c.task: c.tokens for c in report.training.calibration}
    counts = [sum(1 for line in text.splitlines() if line) for text in (OLD, NEW)]
    assert tokens == {"pos": counts[0], "ner": sum(counts), "chunk": counts[1]}
