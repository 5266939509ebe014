"""A memory of the document on its way from settings through training, evaluation and tagging."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

import tagger
from tagger.config import Settings
from tagger.errors import ModelError, SettingsError
from tagger.recipes import memory as recipe
from tagger.recipes.evaluate import evaluate
from tagger.recipes.finetune import finetune
from tagger.recipes.given_features import NOTHING_GIVEN
from tagger.recipes.gradcheck import check
from tagger.recipes.info import describe_model
from tagger.recipes.lessons import build_lessons
from tagger.recipes.memory import Beginning, remember_training
from tagger.recipes.tag import Reading, Running, tag_files
from tagger.recipes.train import resume_settings, train
from tagger.recipes.training_data import load_training_data
from tagger.records import Step, TrainReport
from tagger.saved import HISTORY, MEMORY, WEIGHTS, read_model
from tagger.settings_file import parse_settings
from tagger.training.checkpoint import CHECKPOINT
from tagger.weights_file import read_weights

NAMES = ["Berg", "Dorn", "Falk", "Hahn", "Kern", "Lund", "Moos", "Nord", "Pohl", "Rau"]


def corpus_text(names: Iterable[str]) -> str:
    """Documents of a sentence that tells what a name is, and one that does not; every name is both at times."""
    lines = []
    for number, name in enumerate(names):
        kind, verb = [("PER", "said"), ("LOC", "in")][number % 2]
        plain = [f"{name} S-{kind}", "won O", ". O"]
        told = [f"{name} S-{kind}", "said O", "so O", ". O"]
        if verb == "in":
            told = ["Rain O", "in O", f"{name} S-{kind}", ". O"]
        lines += ["-DOCSTART- O", "", *plain, "", *told, ""]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "corpus.conll"
    draws = np.random.default_rng(1).integers(0, len(NAMES), 120)
    path.write_text(corpus_text(NAMES[i] for i in draws), encoding="utf-8")
    return path


def settings(corpus: Path, *, remembers: str = "ner", rate: float = 0.5, **sections: object) -> Settings:
    values: dict[str, object] = {
        "data": {
            "train": [str(corpus)],
            "dev": [str(corpus)],
            "columns": ["word", "ner"],
            "input_schemes": {"ner": "IOBES"},
        },
        "features": {
            "word": {"dim": 8, "unknown_rate": 0.3},
            "characters": {"filters": 0},
            "memory": {"task": remembers, "dim": 4, "folds": 2, "rate": rate},
        },
        "network": {"hidden": [16], "window": 3, "input_dropout": 0.0, "dropout": 0.1},
        "tasks": {"ner": {"objective": "sentence"}},
        "optimizer": {"rate": 0.03},
        "training": {"epochs": 16, "batch_words": 60, "patience": 0, "averaging": 0.0},
    }
    return parse_settings({**values, **sections})


@pytest.fixture(scope="module")
def trained(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainReport, list[str]]:
    """A training and its notes."""
    told: list[str] = []
    return train(settings(corpus), tmp_path_factory.mktemp("trained") / "model", note=told.append), told


def test_a_name_is_what_it_is_elsewhere_in_its_document(
    corpus: Path, trained: tuple[TrainReport, list[str]], tmp_path: Path
) -> None:
    report, told = trained
    train(settings(corpus, remembers=""), tmp_path / "without")
    assert sum(line.startswith("memory: part") for line in told) == 2
    with_memory, without = tagger.load(report.folder), tagger.load(tmp_path / "without")
    right = {"with": 0, "without": 0}
    for name in NAMES:
        for text, kind in ((f"{name} won. {name} said so.", "PER"), (f"{name} won. Rain in {name}.", "LOC")):
            for key, nlp in (("with", with_memory), ("without", without)):
                right[key] += nlp.tag(text)[0].tags["ner"][0] == f"S-{kind}"
    assert right["with"] >= 19 > 14 >= right["without"]


def test_development_scores_are_those_of_evaluation_and_of_the_tagged_file(
    corpus: Path, trained: tuple[TrainReport, list[str]], tmp_path: Path
) -> None:
    report, _ = trained
    (result,) = evaluate(report.folder).tasks
    assert result.scores.conlleval is not None
    assert result.scores.conlleval["all"].f1 == report.scores["ner.f1"] > 0.9
    words = tmp_path / "words.conll"
    words.write_text(
        "".join(
            line.partition(" ")[0] + "\n" if not line.startswith("-DOC") else "-DOCSTART-\n"
            for line in corpus.read_text().splitlines()
        )
    )
    out = tmp_path / "out.conll"
    reading = Reading(input_format="conll")
    tag_files(report.folder, [str(words)], output=str(out), reading=reading, scheme="IOBES")
    gold = [line.split()[-1] for line in corpus.read_text().splitlines() if line and "DOC" not in line]
    found = [line.split()[-1] for line in out.read_text().splitlines() if line and "DOC" not in line]
    accuracy = sum(map(str.__eq__, gold, found)) / len(gold)
    assert accuracy == result.scores.accuracy


@pytest.mark.parametrize("suffix", ["txt", "jsonl"])
def test_what_is_written_does_not_depend_on_workers_or_memory(
    trained: tuple[TrainReport, list[str]], tmp_path: Path, suffix: str
) -> None:
    report, _ = trained
    for number in range(3):
        texts = [f"{NAMES[(i * i + number) % 10]} won. Rain in {NAMES[i % 10]}." for i in range(900)]
        content = (
            "\n\n".join(texts) if suffix == "txt" else "\n".join(json.dumps({"text": t * 3}) for t in texts)
        )
        (tmp_path / f"{number}.{suffix}").write_text(content + "\n")
    inputs = [str(tmp_path / f"{number}.{suffix}") for number in range(3)]
    written = set()
    for workers, memory in ((1, 10_000_000), (2, 10_000_000), (1, 1)):
        out = tmp_path / f"out{workers}-{memory}"
        running = Running(workers=workers)
        tag_files(report.folder, inputs, output=str(out), memory=memory, running=running)
        written.add(tuple(p.read_bytes() for p in sorted(out.iterdir()) if p.name[0].isdigit()))
    assert len(written) == 1 and len(written.pop()) == 3


def test_a_run_broken_off_and_resumed_equals_an_uninterrupted_one(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(step: Step) -> None:
        if step.epoch == 2 and not step.epoch_end:
            raise KeyboardInterrupt

    training = {"epochs": 4, "batch_words": 60, "patience": 0}
    chosen = settings(corpus, training=training, augmentation={"lowercase_rate": 0.1, "rare_rate": 0.1})
    train(chosen, tmp_path / "whole")
    assert train(chosen, tmp_path / "broken", observe=stop).interrupted
    monkeypatch.setattr(recipe, "_train", None)  # nothing is tagged again
    train(resume_settings(tmp_path / "broken"), tmp_path / "broken", resume=True)
    for name in (WEIGHTS, CHECKPOINT):
        whole, resumed = (read_weights(tmp_path / run / name) for run in ("whole", "broken"))
        assert all(np.array_equal(whole[key], resumed[key]) for key in whole), name
    scores = [
        [json.loads(line)["dev"] for line in (tmp_path / run / HISTORY).read_text().splitlines()]
        for run in ("whole", "broken")
    ]
    assert scores[0] == scores[1]


def test_a_damaged_memory_cannot_be_resumed_with(corpus: Path, tmp_path: Path) -> None:
    chosen = settings(corpus, training={"epochs": 1})
    train(chosen, tmp_path / "model")
    (tmp_path / "model" / MEMORY).write_text("[[[1000000, 0, 1]]]")
    with pytest.raises(ModelError) as found:
        train(chosen, tmp_path / "model", resume=True)
    assert str(found.value) == (
        f"{tmp_path}/model/memory.json: expected what the training data remember, "
        "found IndexError('list index out of range'). Train again without --resume."
    )


def test_each_document_is_tagged_by_a_network_that_did_not_learn_from_it(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings(corpus, training={"epochs": 1})
    data = load_training_data(chosen)
    learnt: list[set[int]] = []
    train_fold = recipe._train

    def watched(settings: Settings, part: object, *rest: object) -> object:
        assert settings.features.memory.task == ""
        learnt.append({id(s) for s in part.corpora[0].train})  # type: ignore[attr-defined]
        return train_fold(settings, part, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(recipe, "_train", watched)
    (memory,) = remember_training(chosen, data, Beginning(None, None, NOTHING_GIVEN), build_lessons)
    sentences = data.corpora[0].train
    assert [len(own) for own in memory] == [len(s.tokens) for s in sentences]
    assert len(learnt) == 2 and not learnt[0] & learnt[1]
    assert learnt[0] | learnt[1] == {id(s) for s in sentences}
    for first, second in zip(sentences[::2], sentences[1::2], strict=True):  # documents of two sentences
        assert first.document == second.document
        assert (id(first) in learnt[0]) == (id(second) in learnt[0])


def test_only_tasks_of_spans_are_remembered(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as found:
        train(settings(corpus, remembers="pos"), tmp_path / "model")
    assert str(found.value) == "features.memory.task: expected a task of spans (ner), found 'pos'."


def test_other_commands_take_a_model_with_memory(
    corpus: Path, trained: tuple[TrainReport, list[str]], tmp_path: Path
) -> None:
    model = trained[0].folder
    assert describe_model(model).features["memory"] == 2 * 3
    assert check(model, sentences=2, entries=2).passed
    assert check(settings(corpus), sentences=2, entries=2).passed
    new = tmp_path / "new.toml"
    new.write_text(
        f'[data]\ntrain = ["{corpus}"]\ndev = ["{corpus}"]\ncolumns = ["word", "ner"]\n[training]\nepochs = 1\n'
    )
    finetune(model, str(new), tmp_path / "tuned")
    assert read_model(tmp_path / "tuned").features.memory == read_model(model).features.memory
    assert tagger.load(tmp_path / "tuned").by_document
