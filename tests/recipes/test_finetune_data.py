"""Which tasks learn from which data."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tagger.config import Settings
from tagger.recipes.finetune_data import FinetuneData, load_finetune_data
from tagger.saved import TaskDescription
from tagger.settings_file import parse_settings
from tests.recipes.finetuning import OLD, write

POS = TaskDescription("pos", "pos", "none", "word", ("VBZ", "NNP", "."))
NER = TaskDescription("ner", "ner", "IOBES", "sentence", ("S-LOC", "O", "B-PER", "E-PER"))
KNOWN = (POS, NER)


def settings(tmp_path: Path, columns: str = "word,pos,ner", **sections: Any) -> Settings:
    corpus = str(write(tmp_path / "c.conll", OLD))
    tasks: dict[str, Any] = {t.name: {"column": t.column, "objective": t.objective} for t in KNOWN}
    tasks = {**tasks, **sections.pop("tasks", {})}
    data = {"train": [corpus], "dev": [corpus], "columns": columns.split(",")}
    return parse_settings({"data": data, "tasks": tasks, **sections})


def names(data: FinetuneData) -> dict[str, int]:
    return data.new.corpus_of


def test_labels_grow_behind_the_old_ones(tmp_path: Path) -> None:
    data = load_finetune_data(settings(tmp_path), KNOWN)
    pos, ner = data.tasks
    assert pos.labels == ("VBZ", "NNP", ".", "DT", "IN", "JJ", "NN", "TO")
    assert ner.labels == ("S-LOC", "O", "B-PER", "E-PER", "S-PER")
    assert data.untaught == ()


def test_a_column_that_no_task_has_becomes_a_task_of_its_own(tmp_path: Path) -> None:
    data = load_finetune_data(settings(tmp_path, "word,kind,type"), KNOWN)
    assert names(data) == {"kind": 0, "type": 0}
    assert [(t.name, t.scheme, t.objective) for t in data.tasks[2:]] == [
        ("kind", "none", "word"),
        ("type", "IOBES", "sentence"),
    ]
    assert data.untaught == ("pos", "ner")
    assert set(data.settings.tasks) == {"pos", "ner", "kind", "type"}


def test_only_named_tasks_learn(tmp_path: Path) -> None:
    data = load_finetune_data(settings(tmp_path), KNOWN, ("ner",))
    assert names(data) == {"ner": 0}
    assert data.untaught == ("pos",)


def test_a_task_can_learn_from_another_column(tmp_path: Path) -> None:
    tasks = {"ner": {"column": "type", "objective": "sentence"}}
    data = load_finetune_data(settings(tmp_path, "word,pos,type", tasks=tasks), KNOWN)
    assert names(data) == {"pos": 0, "ner": 0}
    assert data.tasks[1].column == "type"


def test_a_task_whose_column_has_its_name_is_found_by_it(tmp_path: Path) -> None:
    ner = TaskDescription("ner", "entity", "IOBES", "sentence", NER.labels)
    tasks = {"ner": {"column": "entity", "objective": "sentence"}}
    data = load_finetune_data(settings(tmp_path, tasks=tasks), (POS, ner))
    assert names(data) == {"pos": 0, "ner": 0}
    assert data.tasks[1].column == "ner"


def test_tasks_with_corpora_of_their_own_need_no_shared_one(tmp_path: Path) -> None:
    corpus = str(write(tmp_path / "own.conll", "Ada S-X\n"))
    own = {"train": [corpus], "columns": ["word", "x"]}
    chosen = parse_settings({"tasks": {"pos": {}, "ner": {}, "x": {"data": own, "objective": "sentence"}}})
    data = load_finetune_data(chosen, KNOWN, ("x",))
    assert len(data.new.corpora) == 1
    assert data.tasks[2].labels == ("S-X",)


def test_rehearsed_data_teach_the_models_tasks_by_the_models_columns(tmp_path: Path) -> None:
    new = str(write(tmp_path / "new.conll", "Ada B-PER\nsang O\n"))
    old = settings(tmp_path).data.model_dump(mode="json")
    chosen = parse_settings(
        {
            "data": {"train": [new], "dev": [new], "columns": ["word", "type"]},
            "tasks": {"pos": {}, "ner": {"column": "type", "objective": "sentence"}},
            "rehearsal": {"data": old},
        }
    )
    data = load_finetune_data(chosen, KNOWN)
    assert data.old is not None
    assert data.old.corpus_of == {"pos": 0, "ner": 0}
    assert [task.column for task in data.old.tasks] == ["pos", "ner"]
    assert [task.column for task in data.new.tasks] == ["pos", "type"]
    assert [task.labels for task in data.old.tasks] == [task.labels for task in data.new.tasks]
    assert data.new.tasks[0].labels == ("VBZ", "NNP", ".", "DT", "IN", "JJ", "NN", "TO")
    assert data.untaught == ()


PER = TaskDescription("per", "ner", "none", "margin", ("PER",))
SCORER = {"per": {"column": "ner", "objective": "margin", "label": "PER"}}


@pytest.mark.parametrize("label", ["LOC", ""])
def test_a_scorer_learns_from_data_with_words_of_both_kinds_alone(tmp_path: Path, label: str) -> None:
    chosen = settings(tmp_path, tasks=SCORER)
    assert names(load_finetune_data(chosen, (*KNOWN, PER))) == {"pos": 0, "ner": 0, "per": 0}
    write(tmp_path / "c.conll", "Oslo NNP I-LOC\n. . O\n")
    data = load_finetune_data(chosen, (*KNOWN, PER))
    assert names(data) == {"pos": 0, "ner": 0}
    assert (data.untaught, data.unfit) == (("per",), ("per",))
    assert data.why_untaught(PER) == "the new data do not have words with and without PER"
    any_label = replace(PER, labels=("",))
    write(tmp_path / "c.conll", "Oslo NNP I-LOC\n")
    data = load_finetune_data(chosen, (*KNOWN, any_label))
    assert data.why_untaught(any_label) == "the new data do not have words with and without any label"


def test_old_data_without_the_label_of_a_scorer_do_not_teach_it(tmp_path: Path) -> None:
    old = settings(tmp_path).data.model_dump(mode="json")
    new = str(write(tmp_path / "new.conll", "Ada X\n"))
    chosen = settings(tmp_path, tasks=SCORER, rehearsal={"data": old})
    write(tmp_path / "c.conll", "Oslo NNP I-LOC\n. . O\n")
    chosen = chosen.model_copy(
        update={"data": chosen.data.model_copy(update={"train": (new,), "dev": (), "columns": ("word", "x")})}
    )
    data = load_finetune_data(chosen, (*KNOWN, PER))
    assert data.old is not None
    assert data.old.corpus_of == {"pos": 0, "ner": 0}
    assert data.why_untaught(PER) == "no data have its column"


def test_a_corpus_that_teaches_no_task_is_left_out(tmp_path: Path) -> None:
    corpus = str(write(tmp_path / "own.conll", "Ada S-X\n"))
    own = {"train": [corpus], "columns": ["word", "x"]}
    chosen = settings(tmp_path, tasks={**SCORER, "x": {"data": own, "objective": "sentence"}})
    write(tmp_path / "c.conll", "Oslo NNP I-LOC\n. . O\n")
    data = load_finetune_data(chosen, (*KNOWN, PER), ("per", "x"))
    assert names(data) == {"x": 0}
    assert [corpus.train[0].tokens for corpus in data.new.corpora] == [["Ada"]]


def test_a_task_that_is_not_named_is_told_from_one_without_a_column(tmp_path: Path) -> None:
    data = load_finetune_data(settings(tmp_path), KNOWN, ("ner",))
    assert data.why_untaught(POS) == "it is none of the tasks named"


@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_the_settings_of_old_tasks_are_kept(tmp_path: Path, weight: float) -> None:
    tasks = {"pos": {"weight": weight}}
    data = load_finetune_data(settings(tmp_path, "word,a,ner", tasks=tasks), KNOWN)
    assert data.settings.tasks["pos"].weight == weight
