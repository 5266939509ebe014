"""A journey: two trainings of other seeds compared, then one of them with tags that were written to files."""

import json
from pathlib import Path

from tests.flows.program import BOTH_TASKS, SMALL, sample, tagger

DATA = '[data]\ntrain = ["sample.train.jsonl"]\ndev = ["sample.dev.jsonl"]\n'


def test_train_compare_with_a_model_and_with_files_of_tags(tmp_path: Path) -> None:
    sample(tmp_path)
    (tmp_path / "settings.toml").write_text(DATA + SMALL + BOTH_TASKS, encoding="utf-8")
    for name, seed in (("one", 1), ("two", 2)):
        more = ("--set", f"training.seed={seed}", "--set", "training.epochs=4")
        tagger("train", "settings.toml", "-o", name, *more, cwd=tmp_path)

    out = tagger("compare", "one", "two", "--differences", "2", cwd=tmp_path).stdout
    assert out.startswith("A  one\nB  two\non sample.dev.jsonl\n\ntask  score")
    assert "\nupos: sentences that A and B tag differently, the largest 2 of " in out
    assert "\nsample.dev.jsonl:" in out

    models = values(tmp_path, "one", "two")
    scores = json.loads(tagger("eval", "two", "--json", cwd=tmp_path).stdout)["tasks"]
    for task in ("upos", "ner"):
        assert models[task]["b"]["value"] == scores[task]["main"]["value"]
        assert models[task]["fingerprint"] == scores[task]["fingerprint"]
        assert 0 < models[task]["permutation"]["p"] <= 1

    tag = ("tag", "-m", "two", "sample.dev.conllu", "--quiet", "--output")
    tagger(*tag, "two.conllu", cwd=tmp_path)
    tagger(*tag, "two.jsonl", "--format", "jsonl", cwd=tmp_path)
    tagger(*tag, "two.tags", "--format", "columns", cwd=tmp_path)
    for file, columns in (
        ("two.conllu", ("--tag-columns", "upos,misc.Ner")),
        ("two.jsonl", ()),
        ("two.tags", ("--tag-columns", "word,upos,ner")),
    ):
        own = values(tmp_path, "one", file, "sample.dev.jsonl", *columns)
        for task in ("upos", "ner"):
            for key in ("a", "b", "change", "permutation", "mcnemar_tokens", "agreement", "differences"):
                assert own[task][key] == models[task][key], (file, key)

    same = values(tmp_path, "one", "one")
    assert [(task["permutation"]["p"], task["change"]["value"]) for task in same.values()] == [(1.0, 0.0)] * 2


def test_a_file_of_tags_of_other_tokens(tmp_path: Path) -> None:
    (tmp_path / "gold.conll").write_text("Ada PROPN\nruns VERB\n", encoding="utf-8")
    (tmp_path / "tags.conll").write_text("Ada PROPN\nran VERB\n", encoding="utf-8")
    found = tagger("compare", "gold.conll", "tags.conll", "gold.conll", cwd=tmp_path, code=1)
    assert found.stderr == (
        "error: tags.conll:2: expected the token 'runs' as at gold.conll:2, found 'ran'. "
        "A file of tags needs the tokens of the data, all of them in their order.\n"
    )


def values(folder: Path, *arguments: str) -> dict[str, dict[str, object]]:
    result = tagger("compare", *arguments, "--json", "--differences", "all", cwd=folder)
    tasks: dict[str, dict[str, object]] = json.loads(result.stdout)["tasks"]
    return tasks
