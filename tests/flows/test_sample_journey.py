"""From the sample corpus to tagged text: prep, train, eval, tag."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.flows.program import BOTH_TASKS, JOINED, SMALL, entities, read_jsonl, sample, tagger


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample, what was prepared from it, and a model; nothing in it is changed by the tests."""
    folder = sample(tmp_path_factory.mktemp("journey"))
    tagger("prep", "prepared", *JOINED, cwd=folder)
    (folder / "settings.toml").write_text(f'[data]\nfolder = "prepared"\n\n{BOTH_TASKS}\n{SMALL}')
    tagger("train", "settings.toml", "--output", "model", cwd=folder)
    return folder


def test_eval_finds_the_scores_that_training_saved(place: Path) -> None:
    saved = json.loads((place / "model" / "metrics.json").read_text())
    tasks = json.loads(tagger("eval", "model", "--json", cwd=place).stdout)["tasks"]
    spans = tasks["ner"]["conlleval"]["all"]
    assert saved["dev"] == {
        "upos.accuracy": tasks["upos"]["accuracy"],
        "ner.f1": spans["f1"],
        "ner.precision": spans["precision"],
        "ner.recall": spans["recall"],
        "ner.accuracy": tasks["ner"]["accuracy"],
    }
    assert saved["score"] == (tasks["upos"]["accuracy"] + spans["f1"]) / 2
    best = next(
        line for line in read_jsonl(place / "model" / "history.jsonl") if line["epoch"] == saved["epoch"]
    )
    assert (best["score"], best["best"]) == (saved["score"], True)


def test_eval_scores_files_as_it_scores_what_was_prepared_from_them(place: Path) -> None:
    prepared, files = (
        json.loads(tagger("eval", "model", *data, "--json", cwd=place).stdout)["tasks"]
        for data in ([], ["sample.dev.conllu", "--join", "sample.dev.iob2"])
    )
    assert files.keys() == prepared.keys()
    for task in prepared:
        assert files[task]["fingerprint"] == prepared[task]["fingerprint"]
        assert files[task]["accuracy"] == prepared[task]["accuracy"]


def test_the_page_the_json_and_the_terminal_say_the_same(place: Path, tmp_path: Path) -> None:
    """Oracle of the kinds of forms: the tags of each training form, counted here."""
    page, file = tmp_path / "page.html", tmp_path / "scores.json"
    options = ("--baseline", "majority", "--worst", "2", "--html", str(page), "--output", str(file))
    shown = tagger("eval", "model", *options, cwd=place).stdout
    tasks = json.loads(file.read_text(encoding="utf-8"))["tasks"]
    text = page.read_text(encoding="utf-8")
    for values in tasks.values():
        assert f"signature  {values['signature']}\n" in shown and values["signature"] in text
        score = f"{100 * values['main']['value']:.2f}"
        assert f"{score}  [{100 * values['main']['low']:.2f}, {100 * values['main']['high']:.2f}]" in shown
        assert score in text and len(values["worst"]) <= 2
        (baseline,) = values["baselines"]
        assert baseline["change"]["value"] == pytest.approx(
            values["main"]["value"] - baseline["score"]["value"]
        )
        assert sum(kind["tokens"] for kind in values["forms"]) == values["tokens"]
    counts: dict[str, Counter[str]] = {}
    for line in read_jsonl(place / "sample.train.jsonl"):
        for form, tag in zip(line["tokens"], line["upos"], strict=True):
            counts.setdefault(form, Counter())[tag] += 1
    several = {form for form, tags in counts.items() if len(tags) > 1}
    tokens = [form for line in read_jsonl(place / "sample.dev.jsonl") for form in line["tokens"]]
    kinds = {kind["kind"]: kind["tokens"] for kind in tasks["upos"]["forms"]}
    assert kinds["ambiguous"] == sum(form in several for form in tokens)
    assert kinds["unseen"] == sum(form not in counts for form in tokens)


def test_tagged_gold_tokens_come_to_the_scores_of_eval(place: Path, tmp_path: Path) -> None:
    """Oracle: accuracy and F1 counted here from what `tagger tag` wrote."""
    gold = read_jsonl(place / "sample.dev.jsonl")
    tokens = "".join(" ".join(line["tokens"]) + "\n" for line in gold)
    columns = tagger("tag", "-m", "model", "--input-format", "tokens", cwd=place, stdin=tokens).stdout
    blocks = [[row.split("\t") for row in block.split("\n")] for block in columns.strip().split("\n\n")]
    assert [[row[0] for row in block] for block in blocks] == [line["tokens"] for line in gold]
    upos = [row[1] for block in blocks for row in block]
    right = sum(a == b for a, b in zip(upos, (tag for line in gold for tag in line["upos"]), strict=True))
    found, expected = entities([[r[2] for r in b] for b in blocks]), entities([line["ner"] for line in gold])
    tasks = json.loads(tagger("eval", "model", "--json", cwd=place).stdout)["tasks"]
    assert tasks["upos"]["accuracy"] == right / len(upos)
    counts = tasks["ner"]["conlleval"]["all"]
    assert (counts["gold"], counts["predicted"], counts["correct"]) == (48, len(found), len(found & expected))


@pytest.mark.parametrize("form", ["columns", "jsonl", "inline"])
def test_a_file_a_pipe_and_an_output_file_give_the_same_text(place: Path, tmp_path: Path, form: str) -> None:
    text = (place / "sample.txt").read_text(encoding="utf-8")
    options = ("tag", "-m", "model", "--format", form)
    named = tagger(*options, "sample.txt", cwd=place).stdout
    assert tagger(*options, cwd=place, stdin=text).stdout == named
    assert tagger(*options, "-", cwd=place, stdin=text).stdout == named
    out = tmp_path / "tagged"
    assert tagger(*options, "sample.txt", "--output", str(out), cwd=place).stdout == ""
    assert out.read_text(encoding="utf-8") == named != ""


def test_all_output_formats_say_the_same(place: Path) -> None:
    text = (place / "sample.txt").read_text(encoding="utf-8")
    columns, jsonl, inline = (
        tagger("tag", "-m", "model", "sample.txt", "--format", form, cwd=place).stdout
        for form in ("columns", "jsonl", "inline")
    )
    records = [json.loads(line) for line in jsonl.splitlines()]
    for record in records:
        assert [text[a:b] for a, b in zip(record["starts"], record["ends"], strict=True)] == record["tokens"]
        assert all(text[span["start"] : span["end"]] == span["text"] for span in record["spans"]["ner"])
        assert len(record["spans"]["ner"]) == len(entities([record["tags"]["ner"]]))
    rows = [list(zip(r["tokens"], r["tags"]["upos"], r["tags"]["ner"], strict=True)) for r in records]
    assert columns == "".join("\n".join(map("\t".join, block)) + "\n\n" for block in rows)
    plain = re.sub(r"\[([^\[\]]+)\]\((?:PER|LOC|ORG)\)", r"\1", inline)
    assert plain == "".join(" ".join(f"{token}/{upos}" for token, upos, _ in block) + "\n" for block in rows)
    labels = [span["label"] for record in records for span in record["spans"]["ner"]]
    assert re.findall(r"\]\((PER|LOC|ORG)\)", inline) == labels != []


def test_every_input_file_gets_its_own_output_file(place: Path, tmp_path: Path) -> None:
    (tmp_path / "news" / "deep").mkdir(parents=True)
    texts = {"a.txt": "Maria flew to Oslo.\n", "deep/b.txt": "Ada Novak is ill.\n"}
    for name, text in texts.items():
        (tmp_path / "news" / name).write_text(text)
    model = str(place / "model")
    result = tagger("tag", "-m", model, "news", "--output", "out", "--format", "jsonl", cwd=tmp_path)
    assert result.stdout == "" and result.stderr.startswith("2 files, 2 sentences, 10 tokens")
    for name, text in texts.items():
        alone = tagger("tag", "-m", model, "-", "--format", "jsonl", cwd=tmp_path, stdin=text).stdout
        assert (tmp_path / "out" / f"{name}.jsonl").read_text(encoding="utf-8") == alone


def test_columns_are_kept_and_get_the_tags_at_their_end(place: Path) -> None:
    before = (place / "sample.dev.conll").read_text(encoding="utf-8").strip().splitlines()
    result = tagger(
        "tag", "-m", "model", "--input-format", "conll", "--task", "ner", "sample.dev.conll", cwd=place
    )
    after = result.stdout.strip().splitlines()
    assert [row.rsplit(" ", 1)[0] for row in after] == before
    assert {row.rsplit(" ", 1)[1] for row in after if row} <= {"O"} | {
        f"{letter}-{kind}" for letter in "BI" for kind in ("PER", "LOC", "ORG")
    }


def test_what_was_tagged_can_be_prepared_and_trained_on(place: Path, tmp_path: Path) -> None:
    tagger(
        "tag",
        "-m",
        str(place / "model"),
        str(place / "sample.txt"),
        "-f",
        "jsonl",
        "-o",
        "silver.jsonl",
        cwd=tmp_path,
    )
    tagger("prep", "silver", "--train", "silver.jsonl", cwd=tmp_path)
    options = ("--set", "network.hidden=[16]", "--set", "training.epochs=1", "--set", "training.threads=1")
    tagger("train", "--data", "silver", "--output", "student", *options, cwd=tmp_path)
    report = json.loads(tagger("info", "student", "--json", cwd=tmp_path).stdout)
    assert json.dumps(report).count('"upos"') and (tmp_path / "student" / "weights.safetensors").is_file()
    assert len(tagger("tag", "-m", "student", cwd=tmp_path, stdin="Hello, Oslo!").stdout.splitlines()) == 5
