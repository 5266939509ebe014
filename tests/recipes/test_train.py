import json
from pathlib import Path

import numpy as np
import pytest

import tagger
from tagger.config import Settings
from tagger.errors import DataError, ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.recipes.train import resume_settings, train
from tagger.records import Step
from tagger.saved import HISTORY, METRICS, RUN, SETTINGS, WEIGHTS
from tagger.settings_file import dump_settings, load_settings, parse_settings
from tagger.training.checkpoint import CHECKPOINT
from tagger.weights_file import read_weights

CORPUS = """\
Ada NNP I-PER
Lovelace NNP I-PER
lives VBZ O
in IN O
Paris NNP I-LOC
. . O

Maria NNP I-PER
reads VBZ O
. . O

The DT O
train NN O
to TO O
Oslo NNP I-LOC
is VBZ O
late JJ O
. . O
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.conll"
    path.write_text(CORPUS, encoding="utf-8")
    return path


def settings(corpus: Path, **sections: object) -> Settings:
    values: dict[str, object] = {
        "data": {"train": [str(corpus)], "dev": [str(corpus)], "columns": ["word", "pos", "ner"]},
        "features": {"word": {"dim": 8, "min_count": 1, "unknown_rate": 0.0}},
        "network": {"hidden": [12], "input_dropout": 0.0, "dropout": 0.0},
        "tasks": {"pos": {}, "ner": {"objective": "sentence"}},
        "optimizer": {"rate": 0.02},
        "training": {"epochs": 20, "batch_words": 10, "patience": 0, "threads": 1, "averaging": 0.0},
    }
    return parse_settings({**values, **sections})


def test_a_trained_model_tags_what_it_learnt(corpus: Path, tmp_path: Path) -> None:
    report = train(settings(corpus), tmp_path / "model")
    assert report.best_score == 1.0
    assert report.scores["ner.f1"] == 1.0
    sentence = tagger.load(tmp_path / "model").tag_tokens("Ada Lovelace lives in Oslo .".split())
    assert [(span.label, span.text) for span in sentence.spans("ner")] == [
        ("PER", "Ada Lovelace"),
        ("LOC", "Oslo"),
    ]


def test_the_folder_says_how_the_model_came_about(corpus: Path, tmp_path: Path) -> None:
    steps: list[Step] = []
    report = train(settings(corpus), tmp_path / "model", observe=steps.append)
    folder = report.folder
    history = [json.loads(line) for line in (folder / HISTORY).read_text().splitlines()]
    assert [line["epoch"] for line in history] == list(range(1, 21))
    assert (
        history[-1]["train_loss"]["ner"] == [step for step in steps if step.epoch_end][-1].train_losses["ner"]
    )
    metrics = json.loads((folder / METRICS).read_text())
    assert metrics["dev"] == report.scores
    assert metrics["epoch"] == report.best_epoch
    run = json.loads((folder / RUN).read_text())
    assert run["data"][0]["train_tokens"] == 16
    assert len(run["data"][0]["fingerprint"]) == 64
    assert {"tagger", "python", "torch", "seconds", "peak_memory_mb", "seed"} <= run.keys()
    assert load_settings(folder / SETTINGS) == settings(corpus)
    assert not any(path.name.startswith(".") for path in folder.iterdir())


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_a_run_broken_off_and_resumed_equals_an_uninterrupted_one(
    corpus: Path, tmp_path: Path, averaging: float
) -> None:
    chosen = settings(
        corpus,
        network={"hidden": [12], "dropout": 0.3, "input_dropout": 0.1},
        training={"epochs": 6, "batch_words": 10, "patience": 0, "threads": 1, "averaging": averaging},
    )
    train(chosen, tmp_path / "whole")

    def interrupt(step: Step) -> None:
        if step.epoch == 3:
            raise KeyboardInterrupt

    report = train(chosen, tmp_path / "broken", observe=interrupt)
    assert report.interrupted
    assert report.epochs == 2
    tagger.load(tmp_path / "broken")  # what is there is a model already
    train(resume_settings(tmp_path / "broken"), tmp_path / "broken", resume=True)
    for name in (WEIGHTS, CHECKPOINT):
        whole, resumed = (read_weights(tmp_path / run / name) for run in ("whole", "broken"))
        assert whole.keys() == resumed.keys()
        assert all(np.array_equal(whole[key], resumed[key]) for key in whole), name
    histories = [(tmp_path / run / HISTORY).read_text().splitlines() for run in ("whole", "broken")]
    for lines in zip(*histories, strict=True):
        first, second = (json.loads(line) for line in lines)
        assert {**first, "seconds": 0} == {**second, "seconds": 0}


def test_equal_seeds_give_equal_models_and_other_seeds_others(corpus: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        training = {"epochs": 2, "batch_words": 10, "seed": seed, "threads": 1}
        train(settings(corpus, training=training), tmp_path / name)
    a, b, c = (read_weights(tmp_path / name / WEIGHTS)["trunk.0.weight"] for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_resuming_with_other_data_is_refused(corpus: Path, tmp_path: Path) -> None:
    chosen = settings(corpus, training={"epochs": 2, "threads": 1})
    train(chosen, tmp_path / "model")
    corpus.write_text(CORPUS + "\nNew JJ O\n", encoding="utf-8")
    with pytest.raises(ModelError) as error:
        train(chosen, tmp_path / "model", resume=True)
    assert str(error.value) == (
        f"{tmp_path / 'model'}: expected the training data of this run, found other data. "
        "Restore the data, or train again without --resume."
    )


FLAT = {"optimizer": {"rate": 1e-5}}  # the development score stands still
SETTINGS_OF_THE_TRAINING: list[tuple[dict[str, dict[str, object]], str, object]] = [
    ({}, "network.activation", "soft_sign"),
    ({"network": {"activation": "leaky_relu"}}, "network.leak", 0.3),
    ({"network": {"activation": "maxout"}}, "network.pieces", 3),
    ({}, "network.batch_norm", True),
    ({}, "network.initialiser", "small_normal"),
    ({}, "network.input_dropout", 0.5),
    ({}, "network.dropout", 0.5),
    ({}, "features.word.unknown_rate", 0.5),
    ({}, "optimizer.name", "nesterov"),
    ({}, "optimizer.rate", 0.01),
    ({"optimizer": {"name": "momentum"}}, "optimizer.momentum", 0.5),
    ({"optimizer": {"name": "rmsprop"}}, "optimizer.decay", 0.5),
    ({}, "optimizer.beta1", 0.5),
    ({}, "optimizer.beta2", 0.5),
    ({}, "optimizer.epsilon", 0.1),
    ({}, "optimizer.fan_in_scaling", True),
    ({}, "optimizer.sparse_rows", 5),
    ({}, "optimizer.l2", 0.1),
    ({}, "optimizer.l1", 0.1),
    ({"optimizer": {"l2": 0.1}}, "optimizer.penalize_lookups", True),
    ({}, "optimizer.max_norm", 0.1),
    ({"optimizer": {"name": "sgd"}}, "optimizer.clip", 0.01),
    ({}, "schedule.name", "constant"),
    ({}, "schedule.warm_up", 10.0),
    ({}, "schedule.final", 1.0),
    ({"schedule": {"name": "step"}}, "schedule.every", 1),
    ({"schedule": {"name": "step", "every": 1}}, "schedule.factor", 0.1),
    ({"schedule": {"name": "exponential"}}, "schedule.k", 1.0),
    ({"schedule": {"name": "inverse"}}, "schedule.tau", 1.0),
    ({"schedule": {"name": "plateau"}, **FLAT}, "schedule.wait", 1),
    ({"training": {"averaging": 0.9}}, "training.averaging", 0.5),
    ({}, "training.batch_words", 4),
    ({}, "training.seed", 2),
]


@pytest.mark.parametrize(
    ("base", "name", "value"), SETTINGS_OF_THE_TRAINING, ids=[name for _, name, _ in SETTINGS_OF_THE_TRAINING]
)
def test_a_setting_changes_what_is_learnt(
    corpus: Path, tmp_path: Path, base: dict[str, dict[str, object]], name: str, value: object
) -> None:
    values = settings(corpus).model_dump(mode="json", exclude_none=True)
    values["training"] |= {"epochs": 4}
    for section, changes in base.items():
        values[section] |= changes
    train(parse_settings(values), tmp_path / "plain")
    *sections, key = name.split(".")
    table = values
    for section in sections:
        table = table[section]
    assert table[key] != value
    table[key] = value
    train(parse_settings(values), tmp_path / "changed")
    # of the last epoch: the best weights may be those of the first one
    plain, changed = (read_weights(tmp_path / run / CHECKPOINT) for run in ("plain", "changed"))
    kind = "average" if name == "training.averaging" else "network"
    part = "lookup.word.weight" if name == "optimizer.sparse_rows" else "heads.pos.weight"
    assert not np.array_equal(plain[f"{kind}/{part}"], changed[f"{kind}/{part}"])


def test_nothing_is_overwritten_without_force(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "precious").touch()
    with pytest.raises(OutputExistsError):
        train(settings(corpus), tmp_path / "model")
    assert (tmp_path / "model" / "precious").exists()


def test_force_replaces_a_model_and_nothing_else(corpus: Path, tmp_path: Path) -> None:
    short = settings(corpus, training={"epochs": 1, "threads": 1})
    train(short, tmp_path / "model")
    (tmp_path / "model" / "old").touch()
    train(short, tmp_path / "model", force=True)
    assert not (tmp_path / "model" / "old").exists()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "precious").touch()
    with pytest.raises(TaggerError) as error:
        train(short, tmp_path / "home", force=True)
    assert str(error.value) == (
        f"{tmp_path / 'home'}: expected a model folder to replace, found something else. "
        "--force replaces only a folder that `tagger train` wrote; choose another output."
    )
    assert (tmp_path / "home" / "precious").exists()


def test_broken_data_writes_nothing(corpus: Path, tmp_path: Path) -> None:
    corpus.write_text(CORPUS + "\nbroken row\n", encoding="utf-8")
    with pytest.raises(DataError):
        train(settings(corpus), tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["corpus.conll"]


def test_tasks_may_have_corpora_of_their_own(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "pos.conll"
    other.write_text("Run VB\nhome NN\n! .\n", encoding="utf-8")
    own = {"train": [str(other)], "dev": [str(other)], "columns": ["word", "pos"]}
    report = train(
        settings(corpus, tasks={"pos": {"data": own}, "ner": {"objective": "sentence", "weight": 2.0}}),
        tmp_path / "model",
    )
    assert report.scores["pos.accuracy"] == 1.0
    assert report.scores["ner.f1"] == 1.0
    assert tagger.load(tmp_path / "model").labels("pos") == (".", "NN", "VB")


def test_without_tasks_every_tag_column_is_learnt(corpus: Path, tmp_path: Path) -> None:
    train(settings(corpus, tasks={}, training={"epochs": 1, "threads": 1}), tmp_path / "model")
    model = tagger.load(tmp_path / "model")
    assert (model.tasks, model.scheme("ner"), model.scheme("pos")) == (("pos", "ner"), "IOBES", "none")


def test_pretrained_vectors_fill_their_rows_and_add_words(corpus: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("2 8\nparis 1 2 3 4 5 6 7 8\nzebra 8 7 6 5 4 3 2 1\n", encoding="utf-8")
    features = {"word": {"dim": 8, "min_count": 1, "vectors": str(vectors)}}
    training = {"epochs": 1, "threads": 1}
    optimizer = {"name": "sgd", "rate": 1e-9}
    folder = train(
        settings(corpus, features=features, training=training, optimizer=optimizer), tmp_path / "model"
    ).folder
    words = json.loads((folder / "vocabulary.json").read_text())["word"]
    table = read_weights(folder / WEIGHTS)["lookup.word.weight"]
    first, second = table[2 + words.index("paris")], table[2 + words.index("zebra")]
    np.testing.assert_allclose(first / first[0], np.arange(1, 9), rtol=1e-3)
    np.testing.assert_allclose(second / second[-1], np.arange(8, 0, -1), rtol=1e-3)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (
            {"tasks": {"ner": {"column": "nerr"}}},
            "tasks.ner.column: expected a tag column of its data (pos, ner), found 'nerr'.",
        ),
        (
            {"tasks": {"pos": {"scheme": "IOBES"}}},
            "tasks.pos.scheme: expected \"none\" for a column without spans, found 'IOBES'.",
        ),
        (
            {"tasks": {"pos": {}}, "training": {"score": "pos.f1"}},
            "training.score: expected one of mean, pos.accuracy, found 'pos.f1'.",
        ),
        (
            {"data": {}},
            "data: expected training data, found none. Set data.folder to what `tagger prep` wrote, "
            "data.train and data.dev to corpus files, or data.dataset.",
        ),
    ],
)
def test_settings_that_do_not_fit_are_named(
    corpus: Path, tmp_path: Path, sections: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError) as error:
        train(settings(corpus, **sections), tmp_path / "model")
    assert str(error.value) == message
    assert not (tmp_path / "model").exists()


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        resume_settings(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: expected a run with last.safetensors, found none. Train it without --resume."
    )


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (
            {"rehearsal": {"distillation": 0.5}},
            "rehearsal.distillation: expected its default, for `tagger train` does not use it, found 0.5. "
            "`tagger finetune` does.",
        ),
        (
            {"rehearsal": {"data": {"folder": "old"}}},
            "rehearsal.data: expected its default, for `tagger train` does not use it, found {'folder': 'old'}. "
            "`tagger finetune` does.",
        ),
        (
            {"pretraining": {"text": ["a.txt"]}},
            "pretraining.text: expected its default, for `tagger train` does not use it, found ['a.txt']. "
            "`tagger pretrain` does.",
        ),
    ],
)
def test_settings_of_other_commands_are_refused(
    corpus: Path, tmp_path: Path, sections: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError) as error:
        train(settings(corpus, **sections), tmp_path / "model")
    assert str(error.value) == message
    assert not (tmp_path / "model").exists()


def test_settings_as_a_run_saves_them_train_again(corpus: Path, tmp_path: Path) -> None:
    """Every default is written out there, those of other commands too."""
    train(settings(corpus, training={"epochs": 1}), tmp_path / "one")
    text = (tmp_path / "one" / SETTINGS).read_text()
    assert "[pretraining]" in text and "[rehearsal]" in text
    train(load_settings(tmp_path / "one" / SETTINGS), tmp_path / "two")
    one, two = (read_weights(tmp_path / name / WEIGHTS) for name in ("one", "two"))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_a_pretraining_is_not_resumed_as_a_training(tmp_path: Path) -> None:
    run = tmp_path / "words"
    run.mkdir()
    (run / CHECKPOINT).touch()
    chosen = parse_settings({"pretraining": {"text": ["a.txt"]}})
    (run / SETTINGS).write_text(dump_settings(chosen), encoding="utf-8")
    with pytest.raises(ModelError) as error:
        train(resume_settings(run), run, resume=True)
    assert str(error.value) == (
        f"{run}: expected a run of `tagger train`, found one of `tagger pretrain`. "
        f"Go on with: tagger pretrain --resume {run}"
    )
