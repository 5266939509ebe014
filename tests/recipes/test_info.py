"""What a model is: sizes counted by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagger.errors import ModelError
from tagger.recipes.info import describe_model, info_as_json
from tagger.recipes.transfer_record import TRANSFER, dump_transfer
from tagger.records import LayerTransfer, TransferReport
from tagger.reports.model import print_model
from tagger.saved import NetworkDescription, SavedModel, TaskDescription, read_model, write_model
from tagger.text.features import Feature, FormFeatures
from tagger.text.vocabulary import Vocabulary
from tagger.whole_files import write_file

RUN = {
    "tagger": "0.1.0",
    "seed": 3,
    "seconds": 12.5,
    "data": [
        {
            "tasks": ["pos"],
            "train_sentences": 1600,
            "train_tokens": 20_000,
            "dev_sentences": 40,
            "fingerprint": "0123456789abcdef",
        }
    ],
}


def zeros(*shape: int) -> Any:
    return np.zeros(shape, np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = SavedModel(
        network=NetworkDescription(3, (4,), "tanh"),
        tasks=(TaskDescription("pos", "upos", "none", "word", ("NOUN", "VERB")),),
        features=FormFeatures([Feature("word", 2)], None, {"word": Vocabulary(["a", "b", "c"])}),
        weights={
            "heads.pos.weight": zeros(2, 4),
            "heads.pos.bias": zeros(2),
            "lookup.word.weight": zeros(5, 2),
            "trunk.0.weight": zeros(4, 6),
            "trunk.0.bias": zeros(4),
        },
        extra_files={
            "metrics.json": json.dumps({"epoch": 2, "score": 0.9, "dev": {"pos.accuracy": 0.9}}),
            "history.jsonl": "{}\n{}\n{}\n",
            "run.json": json.dumps(RUN),
            "settings.toml": "[training]\nseed = 3\n",
        },
    )
    write_model(tmp_path, model)
    return tmp_path


def test_json(folder: Path) -> None:
    values = json.loads(json.dumps(info_as_json(describe_model(folder))))
    assert values["parameters"] == 5 * 2 + 4 * 6 + 4 + 2 * 4 + 2
    assert values["half_precision"] is False
    assert values["network"] == {"window": 3, "hidden": [4], "activation": "tanh"}
    assert values["tasks"]["pos"]["labels"] == ["NOUN", "VERB"]
    assert values["features"] == {"word": 3}
    assert list(values["layers"]) == ["lookup.word", "trunk.0", "heads.pos"]
    assert values["layers"]["trunk.0"] == {"parameters": 28, "shapes": {"bias": [4], "weight": [4, 6]}}
    assert (values["epochs"], values["metrics"]["score"], values["run"]) == (3, 0.9, RUN)
    assert values["settings"] == {"training": {"seed": 3}}
    size = sum(
        (folder / name).stat().st_size for name in ("model.json", "vocabulary.json", "weights.safetensors")
    )
    assert values["megabytes"] == pytest.approx(size / 1e6, abs=0.001)


def test_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_model(info_as_json(describe_model(folder)), labels=True)
    assert (
        capsys.readouterr().out
        == f"""\
{folder}: 48 parameters, 0.0 MB
window of 3 words, hidden units 4, tanh

task  column  scheme  objective  labels  temperature
pos   upos    none    word            2        1.000

labels of pos: NOUN VERB

features of a word  items
word                    3

layer        parameters  shapes
lookup.word          10  weight 5 x 2
trunk.0              28  bias 4, weight 4 x 6
heads.pos            10  bias 2, weight 2 x 4

development scores after epoch 2 of 3
score         per cent
pos.accuracy     90.00

data of pos: 1,600 training sentences (20,000 tokens), 40 development sentences, fingerprint 0123456789ab
trained by tagger 0.1.0 with seed 3 in 12 s
"""
    )


def test_the_model_that_it_started_from(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert info_as_json(describe_model(folder))["transfer"] is None
    taken = TransferReport("old", (LayerTransfer("lookup.word", 3, 0, 0), LayerTransfer("trunk.0", 6, 0, 0)),
                           frozen=("lookup", "trunk"), thaw={"trunk": 1})  # fmt: skip
    write_file(folder / TRANSFER, dump_transfer(taken))
    values = json.loads(json.dumps(info_as_json(describe_model(folder))))
    assert values["transfer"] == {
        "source": "old",
        "layers": ["lookup.word", "trunk.0"],
        "frozen": ["lookup", "trunk"],
        "thaw": {"trunk": 1},
    }
    print_model(values)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [
        "window of 3 words, hidden units 4, tanh",
        "started from old: lookup.word, trunk.0; frozen: lookup",
    ]


def test_half_precision(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full = describe_model(folder)
    write_model(folder, replace(read_model(folder), half_precision=True))
    half = describe_model(folder)
    assert (full.half_precision, half.half_precision) == (False, True)
    assert half.megabytes - full.megabytes == pytest.approx(-2 * (5 * 2 + 4 * 6 + 2 * 4) / 1e6, abs=20e-6)
    print_model(info_as_json(half))
    assert capsys.readouterr().out.startswith(f"{folder}: 48 parameters in half precision, 0.0 MB\n")


def test_a_model_without_its_records_is_still_described(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("metrics.json", "history.jsonl", "run.json", "settings.toml"):
        (folder / name).unlink()
    values = info_as_json(describe_model(folder))
    assert (values["epochs"], values["metrics"], values["run"], values["settings"]) == (0, {}, {}, {})
    print_model(values)
    assert "trained by" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "expected JSON, found "), ("[]", "expected a JSON object, found another value.")],
)
def test_damaged_record(folder: Path, content: str, message: str) -> None:
    write_file(folder / "run.json", content)
    with pytest.raises(ModelError) as caught:
        describe_model(folder)
    assert str(caught.value).startswith(f"{folder}/run.json: {message}")


def test_damaged_settings(folder: Path) -> None:
    write_file(folder / "settings.toml", "[data")
    with pytest.raises(ModelError, match=r"settings\.toml: expected TOML, found .* The model is damaged\.$"):
        describe_model(folder)
