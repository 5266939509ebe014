"""Comparisons of small models whose answers are known, and of files of tags, on a corpus counted by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tagger
from tagger.errors import DataError, ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.evaluation.intervals import SAMPLES
from tagger.recipes.compare import compare
from tagger.recipes.comparison_result import Comparison, as_json
from tagger.recipes.evaluate import evaluate
from tagger.saved import TaskDescription, read_model, write_model
from tagger.text.prepared import write_prepared
from tagger.text.sentences import Sentence
from tests.recipes.test_evaluate import GOLD, POS, SETTINGS, write_table_model

FOUND = "Ada PROPN B-PER\nlives VERB O\nin ADP O\nSouth PROPN B-LOC\nOslo PROPN I-LOC\n. PUNCT O\n\nOslo X I-ORG\n\n"
"""Tags of another program: all right but in the last sentence, where the last tag continues nothing."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Models a and b (which takes Oslo for a verb), gold data, and a file of tags."""
    write_table_model(tmp_path / "a")
    other = {**SETTINGS, "training": {"seed": 8}}
    write_table_model(tmp_path / "b", other, pos={**POS, "Oslo": "VERB"})
    (tmp_path / "gold.conll").write_text(GOLD, encoding="utf-8")
    (tmp_path / "found.conll").write_text(FOUND, encoding="utf-8")
    return tmp_path


def run(place: Path, a: str, b: str, **options: Any) -> Comparison:
    return compare(place / a, place / b, [str(place / "gold.conll")], **options)


def change_task(folder: Path, task_name: str, **changes: Any) -> None:
    """Describe a task of the model otherwise; its weights go with its name."""
    model = read_model(folder)
    tasks = [replace(task, **changes) if task.name == task_name else task for task in model.tasks]
    heads = {
        key.replace(f"heads.{task_name}.", f"heads.{changes.get('name', task_name)}."): array
        for key, array in model.weights.items()
    }
    write_model(folder, replace(model, tasks=tuple(tasks), weights=heads))


def test_two_models(place: Path) -> None:
    """South is unknown to both; the last Oslo is a noun, which neither says; b is wrong of the first Oslo too."""
    pos, ner = run(place, "a", "b").tasks
    assert (pos.comparison.a.value, pos.comparison.b.value) == (pytest.approx(5 / 7), pytest.approx(4 / 7))
    assert pos.comparison.change.value == pytest.approx(-1 / 7)
    tokens = pos.comparison.agreement[1]
    assert (tokens.both_right, tokens.only_a, tokens.only_b, tokens.both_wrong, tokens.alike) == (
        4,
        1,
        0,
        2,
        1,
    )
    assert pos.comparison.differing == 2
    assert pos.comparison.differences[0].where == f"{place}/gold.conll:1"
    assert ner.comparison.differing == 0
    assert (ner.comparison.a.value, ner.comparison.p) == (pytest.approx(2 / 3), 1.0)


def test_the_scores_and_the_data_are_those_of_tagger_eval(place: Path) -> None:
    for name, side in (("a", "a"), ("b", "b")):
        scored = evaluate(place / name, [str(place / "gold.conll")])
        for one, other in zip(run(place, "a", "b").tasks, scored.tasks, strict=True):
            assert getattr(one.comparison, side).value == pytest.approx(other.scores.main[1])
            assert (one.fingerprint, one.scheme, one.data) == (other.fingerprint, other.scheme, other.data)


def test_few_sentences_are_noted_once(place: Path) -> None:
    note = "2 sentences are too few for intervals to be relied on: scores are less certain than they say"
    assert as_json(run(place, "a", "b"))["notes"].count(note) == 1
    (place / "gold.conll").write_text(GOLD * 5, encoding="utf-8")
    assert not [note for note in run(place, "a", "b").notes if "too few" in note]


def test_the_signature(place: Path) -> None:
    pos, ner = run(place, "a", "b").tasks
    data, version = f"{place}/gold.conll", tagger.__version__
    assert ner.signature == (
        f"task:ner|data:{data}#{ner.fingerprint}|scheme:IOBES|mode:conlleval|bootstrap:2 sentences x{SAMPLES}#0"
        f"|permutation:sentences all|seed:7,8|tagger:{version}"
    )
    assert f"#{pos.fingerprint}|scheme:none|mode:tokens|" in pos.signature


def test_a_file_of_tags_against_a_model_either_way_round(place: Path) -> None:
    """The file alone finds South Oslo; of the last Oslo it has another type."""
    one, other = run(place, "a", "found.conll"), run(place, "found.conll", "a")
    pos, ner = one.tasks
    assert (pos.comparison.b.value, ner.comparison.b.value) == (pytest.approx(6 / 7), pytest.approx(2 / 3))
    assert ner.signature.endswith(f"|seed:7,file|tagger:{tagger.__version__}")
    assert ner.scheme == "IOBES"  # of the model
    spans = ner.comparison.agreement[2]
    assert (spans.both_right, spans.only_a, spans.only_b, spans.both_wrong) == (1, 1, 1, 0)
    assert [task.comparison.a for task in other.tasks] == [task.comparison.b for task in one.tasks]
    assert other.tasks[1].seeds == ("file", "7")
    assert f"{place}/found.conll: entity is IOB2 (3 entities, 1 broken tag repaired)" in one.notes


def test_two_files_of_tags_need_no_model(place: Path) -> None:
    found = run(place, "found.conll", "gold.conll", reading={"columns": ("word", "pos", "entity")})
    assert [(task.comparison.task, task.scheme) for task in found.tasks] == [
        ("pos", "none"),
        ("entity", "IOB2"),
    ]
    assert [task.comparison.b.value for task in found.tasks] == [1.0, 1.0]
    assert found.tasks[0].seeds == ("file", "file")


def test_a_file_with_other_columns(place: Path) -> None:
    rows = [
        {
            "tokens": ["Ada", "lives", "in", "South", "Oslo", "."],
            "ner": ["S-PER", "O", "O", "B-LOC", "E-LOC", "O"],
        },
        {"tokens": ["Oslo"], "ner": ["S-LOC"]},
    ]
    (place / "found.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = run(place, "a", "found.jsonl")
    assert [task.comparison.b.value for task in found.tasks] == [1.0]
    assert f"pos is not compared: {place}/found.jsonl has no column pos" in found.notes
    with pytest.raises(TaggerError) as error:
        run(place, "a", "found.jsonl", tasks=["pos"])
    assert str(error.value) == (
        f"{place}/found.jsonl: expected a tag column pos, found none. "
        "--tag-columns names the columns of files of tags, --task chooses among the tasks."
    )
    (place / "words.conll").write_text(FOUND.replace("I-ORG", "O"), encoding="utf-8")
    own = run(place, "a", "words.conll", tag_columns=("word", "-", "ner"))
    assert [task.comparison.task for task in own.tasks] == ["ner"]


def test_plain_tags_of_a_file_where_spans_should_be(place: Path) -> None:
    with pytest.raises(TaggerError) as error:
        run(place, "a", "found.conll", tasks=["ner"], tag_columns=("word", "entity", "-"))
    assert str(error.value) == (
        f"{place}/found.conll, column entity: expected tags that mark spans, found plain tags. "
        "Is it the right column? See --tag-columns."
    )


def test_broken_tags_of_a_file_are_an_error_where_that_is_asked_for(place: Path) -> None:
    with pytest.raises(DataError, match=r"found\.conll:8: expected B-ORG in entity"):
        run(place, "a", "found.conll", reading={"broken_tags": "error"})


def test_models_of_other_schemes_are_compared_in_that_of_the_data(place: Path) -> None:
    change_task(place / "b", "ner", scheme="IOB2", labels=("O", "B-LOC", "B-PER"))
    _, ner = run(place, "a", "b").tasks
    assert ner.scheme == "IOB2"
    assert (ner.comparison.differing, ner.comparison.b.value) == (0, pytest.approx(2 / 3))


def test_labels_that_a_model_does_not_know_are_wrong_and_counted(place: Path) -> None:
    notes = run(place, "a", "b").notes
    unknown = "ner: tokens whose gold label {} does not know: 2 (B-LOC 1, E-LOC 1)"
    assert unknown.format(place / "a") in notes and unknown.format(place / "b") in notes
    change_task(place / "b", "ner", labels=("O", "S-GPE", "S-PER"))
    _, ner = run(place, "a", "b").tasks
    assert ner.comparison.b.value == pytest.approx(2 * 1 / (3 + 3))


def test_a_task_of_another_name_on_the_same_column(place: Path) -> None:
    change_task(place / "b", "ner", name="entities")
    assert [task.comparison.task for task in run(place, "a", "b").tasks] == ["pos", "ner"]


def test_a_task_that_one_model_lacks_is_noted(place: Path) -> None:
    change_task(place / "b", "ner", name="chunk", column="chunk")
    found = run(place, "a", "b")
    assert [task.comparison.task for task in found.tasks] == ["pos"]
    assert f"ner is not compared: {place}/b has no such task" in found.notes
    assert f"chunk is not compared: {place}/a has no such task" in found.notes
    assert not [note for note in run(place, "a", "b", tasks=["pos"]).notes if "not compared" in note]
    with pytest.raises(SettingsError) as error:
        run(place, "a", "b", tasks=["ner"])
    assert str(error.value) == "--task: expected a task to compare (pos), found 'ner'."


def test_models_with_nothing_in_common(place: Path) -> None:
    change_task(place / "b", "ner", name="chunk", column="chunk")
    change_task(place / "b", "pos", name="upos", column="upos")
    with pytest.raises(TaggerError) as error:
        run(place, "a", "b")
    assert str(error.value) == (
        f"{place}/b: expected a tagging task in common with {place}/a (pos, ner), found upos, chunk."
    )


def test_without_data_the_development_data_of_a(place: Path, tmp_path: Path) -> None:
    settings = {"data": {"dev": [str(place / "gold.conll")], "columns": ["word", "pos", "entity"]}}
    write_table_model(tmp_path / "c", settings)
    found = compare(tmp_path / "c", place / "b")
    assert found.data == str(place / "gold.conll")
    assert found.tasks[0].seeds == ("unknown", "8")
    with pytest.raises(SettingsError) as error:
        compare(tmp_path / "c", place / "found.conll")
    assert str(error.value) == (
        "DATA: expected a prepared folder or corpus files, found none. "
        "Name the gold data that the file of tags belongs to."
    )


def test_a_prepared_folder_and_its_split(place: Path) -> None:
    sentence = Sentence(["Oslo"], {"pos": ["PROPN"], "entity": ["B-LOC"]})
    folder = place / "prepared"
    folder.mkdir()
    write_prepared(folder, {"dev": [sentence]}, {"pos": "none", "entity": "IOB2"}, description={}, card="")
    found = compare(place / "a", place / "b", [str(folder)])
    assert (found.data, found.tasks[0].comparison.a.value) == (f"{folder}/dev", 1.0)
    with pytest.raises(SettingsError, match="--split"):
        compare(place / "a", place / "b", [str(folder)], split="test")


def test_what_is_no_data_and_what_is_no_model(place: Path) -> None:
    with pytest.raises(SettingsError) as error:
        compare(place / "a", place / "b", [str(place / "a")])
    assert str(error.value) == (
        f"DATA: expected a prepared folder or corpus files, found the model folder {place}/a. "
        "Two models are compared at a time."
    )
    with pytest.raises(ModelError) as missing:
        run(place, "a", "none")
    assert str(missing.value) == (
        f"{place}/none: expected a model folder or a file of tags, found none. "
        "`tagger train` and `tagger finetune` write models."
    )


def test_data_without_tags(place: Path) -> None:
    (place / "gold.conll").write_text("Ada\nlives\n", encoding="utf-8")
    with pytest.raises(TaggerError) as error:
        run(place, "found.conll", "found.conll", reading={"columns": ("word",)})
    assert str(error.value) == (
        f"{place}/gold.conll: expected a tag column, found none. Name the columns with --columns."
    )


def test_a_column_that_the_data_lack(place: Path) -> None:
    reading = {"columns": ("word", "pos", "entity")}
    with pytest.raises(SettingsError) as error:
        run(place, "found.conll", "found.conll", reading=reading, tasks=["ner"])
    assert (
        str(error.value) == f"--task: expected a tag column of {place}/gold.conll (pos, entity), found 'ner'."
    )


def test_json_to_a_file(place: Path) -> None:
    output = place / "out.json"
    found = run(place, "a", "b", differences=1, output=output)
    values = json.loads(output.read_text(encoding="utf-8"))
    assert values == json.loads(json.dumps(as_json(found)))
    assert (values["a"], values["b"], values["seeds"]) == (str(place / "a"), str(place / "b"), ["7", "8"])
    assert values["tasks"]["pos"]["signature"] == found.tasks[0].signature
    assert len(values["tasks"]["pos"]["differences"]) == 1
    with pytest.raises(OutputExistsError):
        run(place, "a", "b", output=output)
    run(place, "a", "b", output=output, force=True, differences=0)
    assert json.loads(output.read_text(encoding="utf-8"))["tasks"]["pos"]["differences"] == []


def test_a_scorer_is_not_compared(place: Path) -> None:
    model = read_model(place / "b")
    scorer = TaskDescription("ner", "entity", "none", "margin", ("",))
    weights = model.weights | {
        f"heads.ner.{part}": model.weights[f"heads.ner.{part}"][:1] for part in ("weight", "bias")
    }
    write_model(place / "b", replace(model, tasks=(model.tasks[0], scorer), weights=weights))
    found = run(place, "a", "b")
    assert [task.comparison.task for task in found.tasks] == ["pos"]
    assert f"ner is not compared: {place}/b has no such task" in found.notes
