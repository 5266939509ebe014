"""Evaluation of a small model whose answers are known: every form is tagged by a table."""

import html
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import tagger
from tagger.analysis import FormScore, SentenceSpan, SpanErrors
from tagger.cli.eval import evaluate as command
from tagger.errors import ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.recipes.evaluate import evaluate
from tagger.recipes.evaluation_result import as_json
from tagger.records import Counts, RankingScores
from tagger.saved import (
    NetworkDescription,
    SavedModel,
    TaskDescription,
    read_model,
    write_model,
)
from tagger.text.features import Feature, FormFeatures
from tagger.text.prepared import write_prepared
from tagger.text.sentences import Sentence
from tagger.text.vocabulary import RESERVED, Vocabulary
from tagger.weights_file import read_weights, write_weights
from tagger.whole_files import write_file

WORDS = ["Ada", "lives", "in", "Oslo", "."]
POS = {"Ada": "PROPN", "lives": "VERB", "in": "ADP", "Oslo": "PROPN", ".": "PUNCT"}
NER = {"Ada": "S-PER", "Oslo": "S-LOC"}
AMBIGUOUS = {"pos": ["Oslo"], "ner": []}
SETTINGS = {"training": {"seed": 7}, "data": {"columns": ["word", "pos", "entity"]}}


def write_table_model(
    folder: Path,
    settings: dict[str, Any] = SETTINGS,
    *,
    forms: Any = WORDS,
    ambiguous: Any = AMBIGUOUS,
    pos: dict[str, str] = POS,
    sure: float = 1.0,
) -> Path:
    """A window of one word whose two heads look the form up in `pos` and NER; unknown forms are X and O.

    sure: the score of a label that stands in the table.
    """
    import tomli_w

    columns = {"pos": (["X", *sorted(set(POS.values()))], pos), "ner": (["O", "S-LOC", "S-PER"], NER)}
    rows = len(WORDS) + RESERVED
    weights = {
        "lookup.word.weight": np.eye(rows, dtype=np.float32),
        "trunk.0.weight": np.eye(rows, dtype=np.float32),
        "trunk.0.bias": np.zeros(rows, np.float32),
    }
    tasks = []
    for name, (labels, table) in columns.items():
        head = np.zeros((len(labels), rows), np.float32)
        head[0] = 0.5  # of a form that no label claims
        for row, form in enumerate(WORDS, RESERVED):
            if form in table:
                head[labels.index(table[form]), row] = sure
        weights |= {f"heads.{name}.weight": head, f"heads.{name}.bias": np.zeros(len(labels), np.float32)}
        column, scheme = ("entity", "IOBES") if name == "ner" else (name, "none")
        tasks.append(TaskDescription(name, column, scheme, "word", tuple(labels)))
    model = SavedModel(
        network=NetworkDescription(1, (rows,), "hard_tanh"),
        tasks=tuple(tasks),
        features=FormFeatures([Feature("word", rows, lowercase=False)], None, {"word": Vocabulary(WORDS)}),
        weights=weights,
        extra_files={"settings.toml": tomli_w.dumps(settings)},
    )
    if forms is not None:
        model.extra_files["forms.json"] = json.dumps(forms)
    if ambiguous is not None:
        model.extra_files["ambiguous.json"] = json.dumps(ambiguous)
    folder.mkdir()
    write_model(folder, model)
    return folder


GOLD = "Ada PROPN B-PER\nlives VERB O\nin ADP O\nSouth PROPN B-LOC\nOslo PROPN I-LOC\n. PUNCT O\n\nOslo NOUN B-LOC\n\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_table_model(tmp_path / "model")


@pytest.fixture
def gold(tmp_path: Path) -> str:
    path = tmp_path / "gold.conll"
    path.write_text(GOLD, encoding="utf-8")
    return str(path)


def test_scores_worked_out_by_hand(model: Path, gold: str) -> None:
    """South is unknown (X, O); the last Oslo is tagged PROPN; South Oslo is found as Oslo alone."""
    pos, ner = (result.scores for result in evaluate(model, [gold]).tasks)
    assert (pos.sentences, pos.tokens, pos.correct_tokens) == (2, 7, 5)
    assert (pos.seen_tokens, pos.correct_seen) == (6, 5)
    assert pos.conlleval == {}
    assert ner.conlleval == {"all": Counts(3, 3, 2), "LOC": Counts(2, 2, 1), "PER": Counts(1, 1, 1)}
    assert ner.strict == ner.conlleval
    assert (ner.correct_tokens, ner.unseen_tokens, ner.correct_seen) == (5, 1, 5)


def test_signature_says_what_was_measured(model: Path, gold: str) -> None:
    pos, ner = evaluate(model, [gold]).tasks
    version = tagger.__version__
    assert ner.signature == (
        f"task:ner|data:{gold}#{ner.fingerprint}|scheme:IOBES|mode:conlleval,strict|bootstrap:2 sentences x1000#0"
        f"|seed:7|tagger:{version}"
    )
    assert pos.signature.endswith(
        f"|scheme:none|mode:tokens|bootstrap:2 sentences x1000#0|seed:7|tagger:{version}"
    )


def test_fingerprint_depends_on_the_content_not_on_the_format(model: Path, gold: str, tmp_path: Path) -> None:
    rows = [
        {
            "tokens": ["Ada", "lives", "in", "South", "Oslo", "."],
            "entity": ["S-PER", "O", "O", "B-LOC", "E-LOC", "O"],
        },
        {"tokens": ["Oslo"], "entity": ["S-LOC"]},
    ]
    other = tmp_path / "gold.jsonl"
    other.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    changed = tmp_path / "changed.conll"
    changed.write_text(GOLD.replace("NOUN B-LOC", "NOUN B-PER"), encoding="utf-8")

    def fingerprint(path: Path | str, **reading: Any) -> str:
        return evaluate(model, [str(path)], tasks=["ner"], reading=reading).tasks[0].fingerprint

    assert fingerprint(other, columns=["entity"]) == fingerprint(gold)
    assert fingerprint(changed) != fingerprint(gold)


def test_without_data_the_development_data_of_the_model(tmp_path: Path, gold: str) -> None:
    model = write_table_model(tmp_path / "m", {"data": {"dev": [gold], "columns": ["word", "pos", "entity"]}})
    assert [result.data for result in evaluate(model).tasks] == [gold, gold]


def test_tasks_with_data_of_their_own(tmp_path: Path, gold: str) -> None:
    other = tmp_path / "other.conll"
    other.write_text("Oslo B-LOC\n", encoding="utf-8")
    settings = {
        "data": {"dev": [gold], "columns": ["word", "pos", "entity"]},
        "tasks": {"ner": {"data": {"dev": [str(other)], "columns": ["word", "entity"]}}},
    }
    pos, ner = evaluate(write_table_model(tmp_path / "m", settings)).tasks
    assert (pos.data, ner.data) == (gold, str(other))
    assert ner.scores.conlleval["all"] == Counts(1, 1, 1)


def test_prepared_folder_and_split(model: Path, tmp_path: Path) -> None:
    sentence = Sentence(["Oslo"], {"pos": ["PROPN"], "entity": ["B-LOC"]})
    folder = tmp_path / "prepared"
    folder.mkdir()
    splits = {"train": [sentence, sentence], "dev": [sentence]}
    write_prepared(folder, splits, {"pos": "none", "entity": "IOB2"}, description={}, card="")
    assert [r.scores.tokens for r in evaluate(model, [str(folder)]).tasks] == [1, 1]
    result = evaluate(model, [str(folder)], split="train").tasks[1]
    assert (result.scores.tokens, result.data) == (2, f"{folder}/train")
    assert result.scores.conlleval["all"] == Counts(2, 2, 2)
    with pytest.raises(SettingsError) as caught:
        evaluate(model, [str(folder)], split="test")
    assert str(caught.value) == f"--split: expected a split of {folder} (train, dev), found 'test'."


def test_reading_options_win_over_the_model(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("Oslo B-GPE\n", encoding="utf-8")
    reading = {"columns": ["word", "entity"], "maps": ["entity:GPE=LOC"]}
    result = evaluate(model, [str(path)], reading=reading, tasks=["ner"])
    assert result.tasks[0].scores.conlleval["all"] == Counts(1, 1, 1)


def test_column_that_the_data_lack_is_noted(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "pos.conll"
    path.write_text("Oslo PROPN\n", encoding="utf-8")
    result = evaluate(model, [str(path)], reading={"columns": ["word", "pos"]})
    assert [task.scores.task for task in result.tasks] == ["pos"]
    assert result.notes[0] == f"ner is not scored: {path} has no column entity"
    with pytest.raises(TaggerError) as caught:
        evaluate(model, [str(path)], reading={"columns": ["word", "pos"]}, tasks=["ner"])
    assert str(caught.value) == (
        f"{path}: expected the tag column entity, found pos. "
        "Name the columns with --columns, or choose a task with --task."
    )


def test_plain_tags_where_spans_should_be(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.conll"
    path.write_text("Oslo B-LOC PROPN\n", encoding="utf-8")
    with pytest.raises(TaggerError) as caught:
        evaluate(model, [str(path)], tasks=["ner"])
    assert str(caught.value) == (
        f"{path}, column entity: expected tags that mark spans, found plain tags. "
        "Is it the right column? See --columns."
    )


def test_labels_that_the_model_does_not_know_are_counted(model: Path, gold: str) -> None:
    assert evaluate(model, [gold]).notes == (
        "pos: tokens whose gold label the model does not know: 1 (NOUN 1)",
        "ner: tokens whose gold label the model does not know: 2 (B-LOC 1, E-LOC 1)",
        "2 sentences are too few for intervals to be relied on: scores are less certain than they say",
    )


@pytest.mark.parametrize(("copies", "noted"), [(9, True), (10, False)])
def test_fewer_than_ten_sentences_are_noted(model: Path, tmp_path: Path, copies: int, noted: bool) -> None:
    path, page = tmp_path / "few.conll", tmp_path / "few.html"
    path.write_text("Ada PROPN B-PER\n\n" * copies, encoding="utf-8")
    result = evaluate(model, [str(path)], html=page)
    note = (
        f"{copies} sentences are too few for intervals to be relied on: scores are less certain than they say"
    )
    assert (note in as_json(result)["notes"], note in page.read_text(encoding="utf-8")) == (noted, noted)


def test_without_forms_it_is_unknown_which_words_are_seen(tmp_path: Path, gold: str) -> None:
    result = evaluate(write_table_model(tmp_path / "m", forms=None), [gold])
    assert result.notes[0] == "no forms.json in the model: which words are seen is unknown"
    assert as_json(result)["tasks"]["pos"]["seen"] is None


def test_kinds_of_forms_by_hand(model: Path, gold: str) -> None:
    """pos: Ada, lives, in and . have one tag and are right; of Oslo, with several, one of two is; South is unseen."""
    pos, ner = (result.analysis for result in evaluate(model, [gold]).tasks)
    assert pos is not None and ner is not None
    assert pos.forms == (FormScore("one tag", 4, 4), FormScore("ambiguous", 2, 1), FormScore("unseen", 1, 0))
    assert [kind.tokens for kind in ner.forms] == [6, 0, 1]


def test_a_model_that_does_not_say_which_forms_are_ambiguous(tmp_path: Path, gold: str) -> None:
    old = write_table_model(tmp_path / "old", ambiguous=None)
    result = evaluate(old, [gold])
    assert result.notes[0] == (
        "no ambiguous.json in the model: which words have several tags in training is unknown"
    )
    assert result.analyses["pos"].forms == (FormScore("seen", 6, 5), FormScore("unseen", 1, 0))
    new = write_table_model(tmp_path / "new")
    both = evaluate(new, [gold], more=[old])
    assert both.notes[0].startswith(f"no ambiguous.json in {old}: ")
    assert [kind.kind for kind in both.analyses["pos"].forms] == ["seen", "unseen"]


def test_forms_that_are_ambiguous_to_any_of_several_models(tmp_path: Path, gold: str) -> None:
    first, second = (
        write_table_model(tmp_path / name, ambiguous={"pos": forms, "ner": []})
        for name, forms in (("a", ["Oslo"]), ("b", ["Ada"]))
    )
    forms = evaluate(first, [gold], more=[second]).analyses["pos"].forms
    assert [kind.tokens for kind in forms] == [3, 3, 1]


def test_what_is_wrong_by_hand(model: Path, gold: str) -> None:
    """South Oslo is found as Oslo: a wrong span in line 4, whose sentence begins in line 1."""
    pos, ner = (result.analysis for result in evaluate(model, [gold]).tasks)
    assert pos is not None and ner is not None
    assert ner.spans[0] == SpanErrors("all", 2, 0, 1, 0, 0, 0)
    assert [(c.gold, c.found) for c in pos.confusions if c.gold != c.found] == [
        ("NOUN", "PROPN"),
        ("PROPN", "X"),
    ]
    assert (ner.invalid, ner.transitions, pos.transitions) == (0, 9, 0)
    assert [(s.number, s.where, s.errors) for s in ner.worst] == [(1, f"{gold}:1", 1)]
    assert ner.worst[0].gold_spans[1] == SentenceSpan(3, 5, "LOC")
    assert ner.worst[0].found_spans[1] == SentenceSpan(4, 5, "LOC")
    wrong = -math.log(1 - NOT_SURE) - math.log(1 - SURE_NER)
    assert ner.worst[0].surprise == pytest.approx(wrong)
    assert [s.number for s in pos.worst] == [2, 1]  # Oslo surely wrong, South hardly sure
    assert evaluate(model, [gold], worst=0).analyses["pos"].worst == ()


def test_intervals_by_document_where_there_are_enough(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "documents.conll"
    text = "-DOCSTART- -X- O\n\nAda PROPN B-PER\n\nOslo NOUN B-LOC\n\n"
    path.write_text(text * 10, encoding="utf-8")
    result = evaluate(model, [str(path)], tasks=["pos"]).tasks[0]
    assert result.analysis is not None
    assert (result.analysis.resampled, result.analysis.units) == ("documents", 10)
    score = result.analysis.score
    assert (score.value, score.low, score.high) == (0.5, 0.5, 0.5)  # all documents are alike
    assert "|bootstrap:10 documents x1000#0|" in result.signature


def test_the_main_score_is_the_middle_of_its_interval(model: Path, gold: str) -> None:
    for result in evaluate(model, [gold]).tasks:
        assert result.analysis is not None
        assert result.analysis.score.value == result.scores.main[1]
        assert result.analysis.score.low <= result.scores.main[1] <= result.analysis.score.high


def test_the_speed_counts_every_token_once(model: Path, gold: str, tmp_path: Path) -> None:
    speed = evaluate(model, [gold]).speed
    assert speed is not None
    assert (speed.tokens, speed.notes) == (7, ("with probabilities", "pos + ner"))
    assert speed.seconds > 0
    alone = write_scorers(tmp_path / "m", scorer("any", "entity", ""))
    assert evaluate(alone, [gold]).speed is None


def test_the_page_is_written_whole_and_replaced_only_by_force(model: Path, gold: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = evaluate(model, [gold], html=page)
    text = page.read_text(encoding="utf-8")
    assert html.escape(result.title) in text
    assert all(html.escape(task.signature) in text for task in result.tasks)
    page.write_text("mine")
    with pytest.raises(OutputExistsError):
        evaluate(model, [gold], html=page)
    assert page.read_text() == "mine"
    evaluate(model, [gold], html=page, force=True)
    assert page.read_text() != "mine"


def test_the_page_and_the_json_are_two_files(model: Path, gold: str, tmp_path: Path) -> None:
    both = tmp_path / "both"
    with pytest.raises(TaggerError) as caught:
        evaluate(model, [gold], html=both, output=tmp_path / "." / "both")
    assert str(caught.value) == f"--html: expected another file than --output, found {both}."
    assert not both.exists()


def test_the_page_names_scorers_as_left_out(tmp_path: Path, gold: str) -> None:
    model = write_scorers(tmp_path / "m", scorer("any", "entity", ""))
    evaluate(model, [gold], html=tmp_path / "page.html")
    assert "any tags nothing: its ranking stands on the terminal and in JSON" in (
        tmp_path / "page.html"
    ).read_text(encoding="utf-8")


def test_the_command_prints_the_worst_sentences_that_are_asked_for(model: Path, gold: str) -> None:
    app = typer.Typer()
    app.command()(command)
    shown = CliRunner().invoke(app, [str(model), gold, "--worst", "1"]).stdout
    assert (
        f"ner: the sentences that are tagged worst (surprise in nats)\n{gold}:1  1 error, surprise" in shown
    )
    assert "PER [Ada], LOC [South Oslo]" in shown and "PER [Ada], LOC [Oslo]" in shown
    assert "tagged worst" not in CliRunner().invoke(app, [str(model), gold]).stdout
    values = json.loads(CliRunner().invoke(app, [str(model), gold, "--json", "--worst", "1"]).stdout)
    assert [len(task["worst"]) for task in values["tasks"].values()] == [1, 1]
    values = json.loads(CliRunner().invoke(app, [str(model), gold, "--json"]).stdout)
    assert [len(task["worst"]) for task in values["tasks"].values()] == [2, 1]


def test_json_carries_scores_and_signatures(model: Path, gold: str, tmp_path: Path) -> None:
    output = tmp_path / "scores.json"
    result = evaluate(model, [gold], output=output)
    values = json.loads(output.read_text(encoding="utf-8"))
    assert values == json.loads(json.dumps(as_json(result)))
    assert (values["seed"], values["tagger"], values["model"]) == (7, tagger.__version__, str(model))
    ner = values["tasks"]["ner"]
    assert ner["conlleval"]["all"]["f1"] == ner["main"]["value"] == pytest.approx(2 / 3)
    assert ner["main"]["low"] <= ner["main"]["value"] <= ner["main"]["high"]
    assert ner["bootstrap"] == {
        "resampled": "sentences",
        "units": 2,
        "samples": 1000,
        "seed": 0,
        "level": 0.95,
    }
    assert ner["span_errors"][0]["wrong_span"] == 1
    assert ner["confusions"][0] == {"gold": "LOC", "found": "LOC", "count": 2}
    assert ner["invalid_transitions"] == {"invalid": 0, "transitions": 9}
    assert ner["forms"][2] == {"kind": "unseen", "tokens": 1, "correct": 0, "accuracy": 0.0}
    assert ner["worst"][0]["where"] == f"{gold}:1"
    assert values["speed"]["tokens"] == 7
    assert values["tasks"]["ner"]["signature"] == result.tasks[1].signature
    with pytest.raises(OutputExistsError):
        evaluate(model, [gold], output=output)
    evaluate(model, [gold], output=output, force=True)
    with pytest.raises(TaggerError) as caught:
        evaluate(model, [gold], output=tmp_path / "none" / "scores.json")
    assert str(caught.value) == f"{tmp_path}/none: expected a folder to write into, found none."


def test_unknown_task(model: Path, gold: str) -> None:
    with pytest.raises(SettingsError) as caught:
        evaluate(model, [gold], tasks=["chunk"])
    assert str(caught.value) == "--task: expected a task of the model (pos, ner), found 'chunk'."


def test_no_data_at_all(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        evaluate(write_table_model(tmp_path / "m", {}))
    assert str(caught.value) == (
        "data: expected development data in the model's settings, found none. "
        "Name files or a prepared folder after the model."
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("forms.json", "{", "expected JSON, found"),
        ("forms.json", '{"a": 1}', "expected a JSON list of strings, found another value."),
        ("ambiguous.json", "{", "expected JSON, found"),
        ("ambiguous.json", '{"pos": [1]}', "expected lists of strings by task, found another value."),
        ("settings.toml", "x = [", "expected TOML, found"),
    ],
)
def test_damaged_files_of_the_model(model: Path, gold: str, name: str, content: str, message: str) -> None:
    write_file(model / name, content)
    with pytest.raises(ModelError) as caught:
        evaluate(model, [gold])
    assert str(caught.value).startswith(f"{model / name}: {message}")


def test_broken_tags_and_schemes_are_read_as_told(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.conll"
    path.write_text("Ada PROPN I-PER\nlives VERB B-LOC\n\nOslo PROPN I-LOC\n", encoding="utf-8")
    spans = [
        evaluate(model, [str(path)], tasks=["ner"], reading=reading).tasks[0].scores.conlleval
        for reading in (
            {"broken_tags": "repair"},
            {"input_schemes": {"entity": "IOB1"}, "broken_tags": "repair"},
        )
    ]
    assert [scores["all"].gold for scores in spans] == [3, 3]


def test_the_command_passes_on_how_gold_files_are_read(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.conll"
    path.write_text("Ada PROPN I-PER\nlives VERB O\nin ADP I-LOC\nOslo PROPN B-LOC\n", encoding="utf-8")
    app = typer.Typer()
    app.command()(command)
    runner = CliRunner()
    assert isinstance(
        runner.invoke(app, [str(model), str(path), "--input-scheme", "entity=IOB2"]).exception, TaggerError
    )
    options = ["--input-scheme", "entity=IOB2", "--broken-tags", "repair", "--task", "ner"]
    assert runner.invoke(app, [str(model), str(path), *options]).exit_code == 0


def test_models_vote_with_their_probabilities(model: Path, gold: str, tmp_path: Path) -> None:
    """One model is surer that Oslo is a verb than the other that it is a name; so South and both Oslo are wrong."""
    other = write_table_model(tmp_path / "other", pos={**POS, "Oslo": "VERB"}, sure=5.0)
    result = evaluate(model, [gold], more=[other])
    pos, ner = (task.scores for task in result.tasks)
    assert (pos.correct_tokens, evaluate(model, [gold]).tasks[0].scores.correct_tokens) == (4, 5)
    assert ner == evaluate(model, [gold]).tasks[1].scores
    assert result.model == f"{model} + {other}"


def test_the_signature_of_an_ensemble_counts_its_models_and_names_their_seeds(
    model: Path, gold: str, tmp_path: Path
) -> None:
    others = [
        write_table_model(tmp_path / "b", {"training": {"seed": 8}}),
        write_table_model(tmp_path / "c", {}),
    ]
    result = evaluate(model, [gold], more=others, tasks=["pos"])
    assert result.tasks[0].signature == (
        f"task:pos|data:{gold}#{result.tasks[0].fingerprint}|scheme:none|mode:tokens"
        f"|bootstrap:2 sentences x1000#0|seed:7,8,unknown|models:3|tagger:{tagger.__version__}"
    )
    values = as_json(result)
    assert (values["models"], values["seed"]) == ([str(model), *map(str, others)], [7, 8, None])
    alone = as_json(evaluate(model, [gold]))
    assert (alone["models"], alone["seed"]) == ([str(model)], 7)


def test_words_that_any_of_several_models_has_learnt_from_are_seen(gold: str, tmp_path: Path) -> None:
    first, second = (
        write_table_model(tmp_path / name, forms=forms)
        for name, forms in [("a", ["Ada"]), ("b", ["Oslo", "Ada"])]
    )
    assert evaluate(first, [gold], more=[second]).tasks[0].scores.seen_tokens == 3
    silent = write_table_model(tmp_path / "c", forms=None)
    result = evaluate(first, [gold], more=[silent])
    assert result.tasks[0].scores.seen_tokens == 0
    assert result.notes[0] == f"no forms.json in {silent}: which words are seen is unknown"


def test_models_of_other_tasks_vote_on_those_in_common(model: Path, gold: str, tmp_path: Path) -> None:
    other = write_table_model(tmp_path / "other")
    path = other / "model.json"
    path.write_text(path.read_text().replace('"name": "pos"', '"name": "upos"'))
    weights = read_weights(other / "weights.safetensors")
    renamed = {name.replace("heads.pos", "heads.upos"): array for name, array in weights.items()}
    write_weights(other / "weights.safetensors", renamed)
    with pytest.raises(ModelError) as caught:
        evaluate(model, [gold], more=[other])
    assert str(caught.value) == (
        f"{other}: expected the tasks of {model} (pos, ner), found upos, ner. "
        "Only tasks that all models have can be chosen with --task; these two share: ner."
    )
    assert [task.scores.task for task in evaluate(model, [gold], more=[other], tasks=["ner"]).tasks] == [
        "ner"
    ]


def test_the_command_takes_further_models_after_the_data(model: Path, gold: str, tmp_path: Path) -> None:
    other = write_table_model(tmp_path / "other")
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, [str(model), gold, "-m", str(other), "--model", str(model)])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{model} + {other} + {model} on {gold}\n")
    assert "|seed:7,7,7|models:3|" in result.stdout


def test_a_model_in_the_place_of_data_is_told_how_to_vote(model: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        evaluate(model, [str(model)])
    assert str(caught.value) == (
        f"DATA: expected a prepared folder or corpus files, found the model folder {model}. "
        f"To let it vote with the first model, pass --model {model}."
    )


def write_scorers(folder: Path, *tasks: TaskDescription) -> Path:
    """A window of one word: Ada scores 3, Oslo 2, lives 1, all other words 0."""
    rows = len(WORDS) + RESERVED
    head = np.zeros((1, rows), np.float32)
    for form, score in {"Ada": 1.0, "Oslo": 0.75, "lives": 0.5}.items():
        head[0, WORDS.index(form) + RESERVED] = score
    weights = {
        "lookup.word.weight": np.eye(rows, dtype=np.float32),
        "trunk.0.weight": np.eye(rows, dtype=np.float32),
        "trunk.0.bias": np.zeros(rows, np.float32),
    }
    for task in tasks:
        weights |= {f"heads.{task.name}.weight": head, f"heads.{task.name}.bias": np.zeros(1, np.float32)}
    folder.mkdir()
    features = FormFeatures([Feature("word", rows, lowercase=False)], None, {"word": Vocabulary(WORDS)})
    model = SavedModel(NetworkDescription(1, (rows,), "hard_tanh"), tasks, features, weights)
    model.extra_files["settings.toml"] = '[data]\ncolumns = ["word", "pos", "entity"]\n'
    write_model(folder, model)
    return folder


def scorer(name: str, column: str, label: str) -> TaskDescription:
    return TaskDescription(name, column, "none", "margin", (label,))


def test_scorers_by_hand(tmp_path: Path, gold: str) -> None:
    """any: Ada 1, Oslo .75 twice and South 0 against lives .5 and in, . 0: 9 of 12 pairs won, two ties.

    per: Ada against lives, in and . alone. propn (plain tags): Ada, Oslo, South against lives, in, . and Oslo (NOUN).
    """
    tasks = [scorer("any", "entity", ""), scorer("per", "entity", "PER"), scorer("propn", "pos", "PROPN")]
    any_, per, propn = (r.scores for r in evaluate(write_scorers(tmp_path / "m", *tasks), [gold]).tasks)
    assert isinstance(any_, RankingScores) and isinstance(per, RankingScores)
    assert isinstance(propn, RankingScores)
    assert (any_.true, any_.corrupted, any_.tokens) == (4, 3, 7)
    assert any_.ranking_accuracy == pytest.approx((9 + 2 / 2) / 12)
    assert any_.average_precision == pytest.approx(3 / 4 + 1 / 4 * 4 / 7)
    assert (any_.best_f1, any_.threshold) == (pytest.approx(6 / 7), 0.75)
    assert (per.true, per.corrupted, per.ranking_accuracy) == (1, 3, 1.0)
    assert (propn.true, propn.corrupted) == (3, 4)
    assert propn.ranking_accuracy == pytest.approx((4 + 3.5 + 2 * 0.5) / 12)


def test_what_was_pretrained_on_raw_text_is_not_scored(tmp_path: Path, gold: str) -> None:
    both = write_scorers(tmp_path / "both", scorer("text", "", ""), scorer("any", "entity", ""))
    result = evaluate(both, [gold])
    assert [task.scores.task for task in result.tasks] == ["any"]
    assert result.notes[-1] == "text is not scored: it was pretrained on raw text"
    alone = write_scorers(tmp_path / "m", scorer("text", "", ""))
    for model, data, tasks in ((both, gold, ["text"]), (alone, gold, []), (alone, "not read", [])):
        with pytest.raises(TaggerError) as caught:
            evaluate(model, [data], tasks=tasks)
        assert str(caught.value) == (
            f"{model}: expected a task with a tag column, found text. Pretrained on raw text, it scores windows and tags "
            f"nothing: `tagger score {model} --task text` scores the words of a text."
        )


def test_the_file_of_a_scorers_scores(tmp_path: Path, gold: str) -> None:
    model = write_scorers(tmp_path / "m", scorer("any", "entity", ""))
    evaluate(model, [gold], output=tmp_path / "scores.json")
    values = json.loads((tmp_path / "scores.json").read_text())["tasks"]["any"]
    assert values["ranking_accuracy"] == pytest.approx(10 / 12)
    assert values["signature"].endswith(f"|label:(any)|mode:ranking|seed:unknown|tagger:{tagger.__version__}")


def test_models_vote_with_the_mean_of_their_scores(tmp_path: Path, gold: str) -> None:
    task = scorer("any", "entity", "")
    first, second = (write_scorers(tmp_path / name, task) for name in ("a", "b"))
    alone, both = evaluate(first, [gold]).tasks[0], evaluate(first, [gold], more=[second]).tasks[0]
    assert both.scores == alone.scores
    assert "|models:2|" in both.signature


SURE_POS = math.e / (math.exp(0.5) + math.e + 3)  # of a form in the table, 5 labels
SURE_NER = math.e / (math.exp(0.5) + math.e + 1)  # 3 labels
NOT_SURE = math.exp(0.5) / (math.exp(0.5) + 2)  # of O, where the table has nothing


def test_calibration_by_hand(model: Path, gold: str) -> None:
    """pos: six tokens of SURE_POS, five right; South X, wrong. ner: three spans of SURE_NER, two right; of four O
    three are right (South is B-LOC)."""
    pos, ner = (result.reliability for result in evaluate(model, [gold]).tasks)
    assert pos is not None and pos.spans is None
    assert (pos.tokens.count, pos.tokens.accuracy) == (7, pytest.approx(5 / 7))
    filled = [part for part in pos.tokens.bins if part.count]
    unknown = math.exp(0.5) / (math.exp(0.5) + 4)
    assert [(part.count, part.accuracy) for part in filled] == [(1, 0.0), (6, pytest.approx(5 / 6))]
    assert [part.probability for part in filled] == pytest.approx([unknown, SURE_POS])
    assert ner is not None and ner.spans is not None
    assert (ner.spans.count, ner.spans.accuracy) == (3, pytest.approx(2 / 3))
    assert ner.spans.probability == pytest.approx(SURE_NER)
    assert ner.spans.error == pytest.approx(2 / 3 - SURE_NER)
    assert ner.tokens.probability == pytest.approx((3 * SURE_NER + 4 * NOT_SURE) / 7)
    assert ner.tokens.accuracy == pytest.approx(5 / 7)


def test_calibration_in_json(model: Path, gold: str) -> None:
    tasks = json.loads(json.dumps(as_json(evaluate(model, [gold]))))["tasks"]
    assert tasks["pos"]["calibration"]["spans"] is None
    spans = tasks["ner"]["calibration"]["spans"]
    assert spans["expected_calibration_error"] == pytest.approx(2 / 3 - SURE_NER)
    (filled,) = [part for part in spans["bins"] if part["count"]]
    assert filled == {
        "from": pytest.approx(7 / 15),
        "to": pytest.approx(8 / 15),
        "count": 3,
        "probability": pytest.approx(SURE_NER),
        "accuracy": pytest.approx(2 / 3),
    }
    assert len(spans["bins"]) == 15 and spans["bins"][0]["accuracy"] is None


def test_a_model_that_is_there_is_calibrated(model: Path, gold: str) -> None:
    before = evaluate(model, [gold], tasks=["ner"])
    after = evaluate(model, [gold], tasks=["ner"], calibrate=True)
    pos, ner = read_model(model).tasks
    assert (pos.temperature, ner.temperature != 1.0) == (1.0, True)
    assert after.tasks[0].scores == before.tasks[0].scores
    was, found = before.tasks[0].reliability, after.tasks[0].reliability
    assert was is not None and found is not None
    assert after.notes[0] == (
        f"ner: temperature {ner.temperature:.3f}, fitted on these very data (5 tokens): calibration error "
        f"{100 * was.tokens.error:.2f} at temperature 1, now {100 * found.tokens.error:.2f}"
    )
    chance = 1 / (1 + math.exp(-0.5 / ner.temperature) + math.exp(-1 / ner.temperature))
    assert found.spans is not None and found.spans.probability == pytest.approx(chance)
    assert evaluate(model, [gold], tasks=["ner"]).tasks[0].reliability == found


def test_several_models_are_not_calibrated_together(model: Path, gold: str, tmp_path: Path) -> None:
    other = write_table_model(tmp_path / "other")
    with pytest.raises(SettingsError) as caught:
        evaluate(model, [gold], more=[other], calibrate=True)
    assert str(caught.value) == (
        "--calibrate: expected one model, found 2. "
        "Calibrate each by itself; when they vote, the geometric mean of their temperatures counts."
    )


def test_the_command_calibrates_and_prints_what_can_be_believed(model: Path, gold: str) -> None:
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, [str(model), gold, "--calibrate"])
    assert result.exit_code == 0
    temperatures = {task.name: task.temperature for task in read_model(model).tasks}
    assert 1.0 not in temperatures.values()
    lines = result.stdout.splitlines()
    place = lines.index("probabilities: mean, share that is right, expected calibration error in 15 bins (%)")
    assert [line.split()[:3] for line in lines[place + 2 : place + 5]] == [
        ["pos", "tokens", "7"],
        ["ner", "tokens", "7"],
        ["ner", "spans", "3"],
    ]
    assert f"note  pos: temperature {temperatures['pos']:.3f}, fitted on these very data" in result.stdout


def test_scorers_have_no_probabilities(tmp_path: Path, gold: str) -> None:
    model = write_scorers(tmp_path / "m", scorer("any", "entity", ""))
    result = evaluate(model, [gold], calibrate=True)
    assert [task.reliability for task in result.tasks] == [None]
    assert "calibration" not in as_json(result)["tasks"]["any"]
