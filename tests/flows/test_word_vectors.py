"""A model's word vectors on the command line: looked at, exported, and the start of another model."""

import json
import re
from pathlib import Path

import numpy as np

from tests.flows.program import SMALL, arrays, sample, tagger

SETTINGS = f'[data]\ntrain = ["sample.train.jsonl"]\ndev = ["sample.dev.jsonl"]\n\n[tasks.upos]\n\n{SMALL}'


def test_vectors_of_one_model_start_another(tmp_path: Path) -> None:
    sample(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS)
    tagger("train", "settings.toml", "--output", "one", "--set", "training.epochs=1", cwd=tmp_path)

    exported = tagger("info", "one", "--export-vectors", "v.txt.gz", cwd=tmp_path)
    words = json.loads((tmp_path / "one" / "vocabulary.json").read_text(encoding="utf-8"))["word"]
    assert exported.stderr == f"v.txt.gz: {len(words):,} vectors of 16 numbers\n"

    near = tagger("neighbours", "one", words[0].title(), "-", "--json", stdin=f"{words[1]}\n", cwd=tmp_path)
    table = arrays(tmp_path / "one" / "weights.safetensors")[0]["lookup.word.weight"].astype(float)[2:]
    units = table / np.linalg.norm(table, axis=1, keepdims=True)
    for place, found in enumerate(json.loads(near.stdout)["neighbours"]):
        order = np.argsort(-(units @ units[place]))
        assert [one["word"] for one in found["nearest"]] == [words[row] for row in order[1:11]]

    started = [
        "--set",
        "features.word.vectors=v.txt.gz",
        "--set",
        "optimizer.rate=1e-12",
        "--set",
        "training.epochs=1",
    ]
    other = tagger("train", "settings.toml", "--output", "other", *started, cwd=tmp_path)
    count = f"{len(words):,}"
    assert f"v.txt.gz: {count} vectors of 16 numbers, for {count} of {count} training words" in other.stderr
    copy = arrays(tmp_path / "other" / "weights.safetensors")[0]["lookup.word.weight"].astype(float)[2:]
    factors = copy / table  # the vectors go in times one factor for all
    np.testing.assert_allclose(factors, np.median(factors), rtol=1e-4)

    unknown = tagger("neighbours", "one", "qqqqqqqq", cwd=tmp_path, code=1)
    assert re.fullmatch(
        r"error: one: expected a word that the model knows, found 'qqqqqqqq'\.\n", unknown.stderr
    )
