"""Fine-tuning a small model: what grows, what stays, what is remembered, and that a run goes on exactly."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagger
from tagger.config import Settings
from tagger.errors import DataError, ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.evaluation.scores import score_task
from tagger.recipes import rows_in_use
from tagger.recipes.finetune import finetune, resume_finetuning
from tagger.recipes.finetune_run import FINETUNE
from tagger.recipes.finetune_scores import BEFORE
from tagger.recipes.history import read_course
from tagger.recipes.prep import PrepOptions, prepare
from tagger.recipes.pretrain import pretrain
from tagger.records import FinetuneReport, Step
from tagger.saved import FORMS, HISTORY, RUN, SETTINGS, WEIGHTS, read_model, write_model
from tagger.settings_file import load_settings
from tagger.training.checkpoint import CHECKPOINT
from tagger.weights_file import read_weights
from tests.recipes.finetuning import NEW, OLD, new_settings, train_model, write
from tests.recipes.test_pretrain import settings as text_settings
from tests.recipes.test_pretrain import write_text

FAST = ("training.epochs=3",)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_model(tmp_path_factory.mktemp("model"))


def tuned(model: Path, folder: Path, *overrides: str, **options: Any) -> FinetuneReport:
    """The model fine-tuned on NEW into `folder`/tuned."""
    data = options.pop("data", None) or new_settings(folder)
    return finetune(model, data, folder / "tuned", overrides=(*FAST, *overrides), **options)


def test_what_a_model_has_keeps_its_place_and_what_is_new_follows(model: Path, tmp_path: Path) -> None:
    report = tuned(model, tmp_path)
    before, after = read_model(model), read_model(report.training.folder)
    assert [task.name for task in after.tasks] == ["pos", "ner", "chunk"]
    for old, new in zip(before.tasks, after.tasks, strict=False):
        assert new.labels[: len(old.labels)] == old.labels
        assert (new.scheme, new.objective) == (old.scheme, old.objective)
    assert set(after.tasks[1].labels) - set(before.tasks[1].labels) == {"B-ORG", "E-ORG"}
    assert after.tasks[2].labels == ("B-NP", "E-NP", "O", "S-NP", "S-VP")
    assert report.new_labels == {"ner": ("ORG",), "chunk": ("NP", "VP")}
    for name, vocabulary in before.features.vocabularies.items():
        items = after.features.vocabularies[name].items
        assert items[: len(vocabulary.items)] == vocabulary.items
    assert {"grace", "hopper", "visits", "acme", "corp"} <= set(after.features.vocabularies["word"].items)
    assert report.new_words == 5
    assert after.network == before.network


def test_a_model_that_has_not_learnt_yet_says_what_its_model_says(model: Path, tmp_path: Path) -> None:
    """Rate 0, as good as: old rows are copied, rows of new words, affixes, shapes and letters are those of unknown
    ones; labels that are new to a head start at random and are left out."""
    tuned(model, tmp_path, "optimizer.rate=1e-30", "training.epochs=1")
    before, after = read_model(model), read_model(tmp_path / "tuned")
    old = {task.name: len(task.labels) for task in before.tasks}
    assert np.array_equal(after.weights["heads.pos.weight"], before.weights["heads.pos.weight"])
    assert np.array_equal(after.weights["heads.ner.weight"][: old["ner"]], before.weights["heads.ner.weight"])
    transitions, grown = before.weights["heads.ner.transitions"], after.weights["heads.ner.transitions"]
    assert np.array_equal(grown[: old["ner"], : old["ner"]], transitions[:-1])
    assert np.array_equal(grown[-1, : old["ner"]], transitions[-1])
    for name, table in before.weights.items():
        if name.startswith("lookup.") and name.endswith(".weight"):
            assert np.array_equal(after.weights[name][: len(table)], table)
            assert (after.weights[name][len(table) :] == table[1]).all(), name
    assert len(after.weights["lookup.word.weight"]) > len(before.weights["lookup.word.weight"])
    sentence = "Grace Hopper visits Acme Corp in Xyzzy .".split()
    one, other = (tagger.load(folder).tag_tokens(sentence) for folder in (model, tmp_path / "tuned"))
    assert one.tags["pos"] == other.tags["pos"]


def test_new_labels_tasks_and_words_are_learnt(model: Path, tmp_path: Path) -> None:
    report = tuned(model, tmp_path, "training.epochs=60", "optimizer.rate=0.02")
    found = tagger.load(report.training.folder).tag_tokens("Grace Hopper visits Acme Corp .".split())
    assert [(s.label, s.text) for s in found.spans("ner")] == [("PER", "Grace Hopper"), ("ORG", "Acme Corp")]
    assert [s.text for s in found.spans("chunk")] == ["Grace Hopper", "visits", "Acme Corp"]
    new = {row.task: row for row in report.rows if row.data == "new"}
    assert new["ner"].after.value == 1.0
    assert new["chunk"].before is None
    assert new["chunk"].change is None


def test_the_head_of_a_task_without_new_data_stays_as_it_is(model: Path, tmp_path: Path) -> None:
    told: list[str] = []
    strong = ("optimizer.l2=0.1", "optimizer.rate=0.05", "optimizer.max_norm=0.1")
    tuned(model, tmp_path, *strong, note=told.append)
    before, after = read_model(model).weights, read_model(tmp_path / "tuned").weights
    assert np.array_equal(before["heads.pos.weight"], after["heads.pos.weight"])
    assert np.array_equal(before["heads.pos.bias"], after["heads.pos.bias"])
    assert not np.array_equal(before["trunk.0.weight"], after["trunk.0.weight"])
    assert "pos keeps its head as it is: no data have its column" in told


def test_frozen_layers_stay_and_thawed_ones_learn_later(model: Path, tmp_path: Path) -> None:
    tuned(model, tmp_path, 'transfer.freeze=["lookup"]', "transfer.thaw={trunk=5}")
    before, after = read_model(model).weights, read_model(tmp_path / "tuned").weights
    for name in before:
        if not name.startswith("heads.ner"):
            assert np.array_equal(after[name][: len(before[name])], before[name]), name
    tuned(model, tmp_path, 'transfer.freeze=["lookup"]', "transfer.thaw={trunk=2}", force=True)
    last = read_weights(tmp_path / "tuned" / CHECKPOINT)
    assert not np.array_equal(last["network/trunk.0.weight"], before["trunk.0.weight"])


def test_the_table_says_what_was_forgotten_and_what_was_learnt(model: Path, tmp_path: Path) -> None:
    """Oracle: seqeval's counts of what the two models tag."""
    report = tuned(model, tmp_path, "optimizer.rate=0.05")
    corpus = [[line.split() for line in block.splitlines()] for block in OLD.strip().split("\n\n")]
    tokens = [[row[0] for row in sentence] for sentence in corpus]
    gold = {
        "pos": [[row[1] for row in sentence] for sentence in corpus],
        "ner": [["S-LOC" if row[2] == "I-LOC" else "O" for row in sentence] for sentence in corpus],
    }
    gold["ner"][0][:2], gold["ner"][1][0] = ["B-PER", "E-PER"], "S-PER"
    rows = {row.task: row for row in report.rows if row.data == "old"}
    for task, scheme in (("pos", "none"), ("ner", "IOBES")):
        row = rows[task]
        for folder, estimate in ((model, row.before), (report.training.folder, row.after)):
            tagged = [sentence.tags[task] for sentence in tagger.load(folder).tag_sentences(tokens)]
            oracle = score_task(task, gold[task], tagged, tokens, scheme=scheme, known_forms=())
            assert estimate is not None
            assert estimate.value == pytest.approx(oracle.main[1])
            assert estimate.low <= estimate.value <= estimate.high
        assert row.change is not None
        assert row.before is not None
        assert row.change.value == pytest.approx(row.after.value - row.before.value)
        assert row.sentences == 3
    assert [row.task for row in report.rows if row.data == "new"] == ["ner", "chunk"]
    saved = json.loads((report.training.folder / FINETUNE).read_text())
    assert saved["rows"][0]["after"]["value"] == report.rows[0].after.value
    assert saved["model"] == str(model)


def test_other_old_data_can_be_named(model: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.conll", "Oslo NNP I-LOC\n. . O\n")
    report = tuned(model, tmp_path, old=[str(other)])
    assert {(row.name, row.sentences) for row in report.rows if row.data == "old"} == {(str(other), 1)}


def test_a_model_whose_own_data_are_gone_has_no_old_lines(tmp_path: Path) -> None:
    model = train_model(tmp_path)
    (tmp_path / "old.conll").unlink()
    report = tuned(model, tmp_path)
    assert {row.data for row in report.rows} == {"new"}
    assert len(report.notes) == 1
    assert report.notes[0].startswith("no old data to show what was forgotten: ")
    assert report.notes[0].endswith("(--old names some)")


def test_maps_make_new_labels_old_ones(model: Path, tmp_path: Path) -> None:
    data = new_settings(tmp_path, NEW.replace("PER", "person"))
    told: list[str] = []
    tuned(model, tmp_path, data=data, note=told.append)
    assert "ner: labels that the model does not have yet: ORG, person" in told
    assert "ner: person looks like the model's PER; --map ner:person=PER makes them one" in told
    report = tuned(model, tmp_path, data=data, maps=["person=PER", "ner:ORG=O"], force=True)
    assert "ner" not in report.new_labels


@pytest.mark.parametrize("rehearse", ["old.conll"])
def test_rehearsal_teaches_the_old_tasks_and_keeps_them(model: Path, tmp_path: Path, rehearse: str) -> None:
    steps: list[Step] = []
    hard = ("optimizer.rate=0.05", "training.epochs=12")
    plain = tuned(model, tmp_path, *hard)
    old = str(model.parent / rehearse)
    report = tuned(
        model, tmp_path, *hard, "rehearsal.share=0.6", rehearse=[old], force=True, observe=steps.append
    )
    assert set(steps[-1].train_losses) == {"ner", "chunk", "pos"}
    after = {row.task: row.after.value for row in report.rows if row.data == "old"}
    without = {row.task: row.after.value for row in plain.rows if row.data == "old"}
    assert after["pos"] > without["pos"]
    run = json.loads((report.training.folder / RUN).read_text())
    assert [entry["tasks"] for entry in run["data"]] == [["pos", "ner"], ["ner", "chunk"]]


def test_with_rehearsal_the_mean_of_new_and_old_score_decides(model: Path, tmp_path: Path) -> None:
    old = {"folder": "", "train": [str(model.parent / "old.conll")], "dev": [str(model.parent / "old.conll")]}
    data = new_settings(tmp_path, rehearsal={"data": {**old, "columns": ["word", "pos", "ner"]}})
    report = tuned(model, tmp_path, data=data)
    lines = [json.loads(line) for line in (report.training.folder / HISTORY).read_text().splitlines()]
    for line in lines:
        dev = line["dev"]
        new = (dev["ner.f1"] + dev["chunk.f1"]) / 2
        assert line["score"] == pytest.approx((new + (dev["old.pos.accuracy"] + dev["old.ner.f1"]) / 2) / 2)
    assert {"ner", "chunk", "old.pos", "old.ner"} == set(lines[0]["dev_loss"])


def test_a_model_teaches_what_it_knows_without_old_data(model: Path, tmp_path: Path) -> None:
    steps: list[Step] = []
    hard = ("optimizer.rate=0.03", "training.epochs=15")
    plain = tuned(model, tmp_path, *hard)
    report = tuned(model, tmp_path, *hard, "rehearsal.distillation=3.0", force=True, observe=steps.append)
    assert set(steps[-1].train_losses) == {"ner", "chunk", "pos.distillation", "ner.distillation"}
    assert read_course(report.training.folder).tasks == ["ner", "chunk"]  # what a teacher adds is no task
    after, without = (
        {row.task: row.after.value for row in r.rows if row.data == "old"} for r in (report, plain)
    )
    assert after["pos"] > without["pos"]


def test_a_second_fine_tuning_does_not_lower_the_rate_again(model: Path, tmp_path: Path) -> None:
    tuned(model, tmp_path)
    assert load_settings(tmp_path / "tuned" / SETTINGS).optimizer.rate == pytest.approx(0.02 * 0.5)
    again = finetune(tmp_path / "tuned", str(tmp_path / "new.toml"), tmp_path / "again", overrides=FAST)
    assert load_settings(again.training.folder / SETTINGS).optimizer.rate == pytest.approx(0.02 * 0.5)


def test_auto_says_what_it_chose_and_stated_options_win(model: Path, tmp_path: Path) -> None:
    report = tuned(model, tmp_path, auto=True)
    chosen = load_settings(tmp_path / "tuned" / SETTINGS)
    assert report.chosen[0].startswith("10 training words are little data")
    assert "60.0% of them have a row in the model" not in report.chosen[1]
    assert chosen.transfer.freeze
    tuned(model, tmp_path, "transfer.freeze=[]", "optimizer.rate=0.5", auto=True, force=True)
    stated = load_settings(tmp_path / "tuned" / SETTINGS)
    assert stated.transfer.freeze == ("heads.pos",)  # the head that nothing teaches
    assert stated.optimizer.rate == 0.5


@pytest.mark.parametrize("kind", ["plain", "rehearsal", "distillation", "augmentation", "frozen"])
def test_a_run_broken_off_and_resumed_equals_an_uninterrupted_one(
    model: Path, tmp_path: Path, kind: str
) -> None:
    overrides = ["training.epochs=5", "training.averaging=0.9", "training.batch_words=5"]
    options: dict[str, Any] = {}
    if kind in ("rehearsal", "distillation", "augmentation"):
        options["rehearse"] = [str(model.parent / "old.conll")]
    if kind == "distillation":
        overrides.append("rehearsal.distillation=0.5")
    if kind == "augmentation":
        overrides.append("augmentation.lowercase_rate=0.3")
    if kind == "frozen":
        overrides += ['transfer.freeze=["lookup"]', "transfer.thaw={trunk=3}"]
    start = tmp_path / "start"
    shutil.copytree(model, start)
    data = new_settings(tmp_path)
    whole = finetune(start, data, tmp_path / "whole", overrides=overrides, **options)

    def interrupt(step: Step) -> None:
        if step.epoch == 3:
            raise KeyboardInterrupt

    broken = finetune(start, data, tmp_path / "broken", overrides=overrides, observe=interrupt, **options)
    assert broken.training.interrupted
    assert broken.training.epochs == 2
    tagger.load(tmp_path / "broken")
    if kind != "distillation":
        shutil.rmtree(start)  # the run's own folder is enough
    resumed = resume_finetuning(tmp_path / "broken")
    for name in (WEIGHTS, CHECKPOINT, BEFORE):
        one, other = (read_weights(tmp_path / run / name) for run in ("whole", "broken"))
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[key], other[key]) for key in one), name
    histories = [(tmp_path / run / HISTORY).read_text().splitlines() for run in ("whole", "broken")]
    for lines in zip(*histories, strict=True):
        first, second = (json.loads(line) for line in lines)
        assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert (tmp_path / "whole" / FORMS).read_text() == (tmp_path / "broken" / FORMS).read_text()
    new = [row for row in whole.rows if row.data == "new"]
    assert [row for row in resumed.rows if row.data == "new"] == new
    assert resumed.new_labels == whole.new_labels
    assert resumed.training.transfer == whole.training.transfer


def test_a_distilling_run_needs_the_very_model_to_go_on(model: Path, tmp_path: Path) -> None:
    start = tmp_path / "start"
    shutil.copytree(model, start)

    def interrupt(step: Step) -> None:
        if step.epoch == 2:
            raise KeyboardInterrupt

    tuned(start, tmp_path, "rehearsal.distillation=0.5", observe=interrupt)
    shutil.copy(tmp_path / "tuned" / WEIGHTS, start / WEIGHTS)
    with pytest.raises(ModelError) as error:
        resume_finetuning(tmp_path / "tuned")
    assert str(error.value) == (
        f"{start}: expected the model that this run started from, found another. "
        "The run distils from that model: put it back, or fine-tune again."
    )
    shutil.rmtree(start)
    with pytest.raises(ModelError) as error:
        resume_finetuning(tmp_path / "tuned")
    assert str(error.value) == f"{start}: expected the file weights.safetensors, found none."


def test_old_data_that_changed_leave_the_table(model: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.conll", "Oslo NNP I-LOC\n. . O\n")

    def interrupt(step: Step) -> None:
        if step.epoch == 2:
            raise KeyboardInterrupt

    tuned(model, tmp_path, old=[str(other)], observe=interrupt)
    write(other, "Paris NNP I-LOC\n. . O\n")
    report = resume_finetuning(tmp_path / "tuned")
    assert {row.data for row in report.rows} == {"new"}
    assert report.notes == (f"{other} is no longer what it was: left out of the table",)


SCORE = "training.score: expected one of mean, ner.f1, ner.precision, ner.recall, ner.accuracy, chunk.f1, "


@pytest.mark.parametrize(
    ("overrides", "options", "kind", "message"),
    [
        (
            ["network.window=9"],
            {},
            SettingsError,
            "network.window: expected 5 as in {model}, found 9. "
            "A fine-tuning keeps the features and sizes of its model, and the kind of each of its tasks.",
        ),
        (
            ['tasks.ner.objective="word"'],
            {},
            SettingsError,
            "tasks.ner.objective: expected 'sentence' as in {model}, found 'word'. "
            "A fine-tuning keeps the features and sizes of its model, and the kind of each of its tasks.",
        ),
        (
            ["transfer.model=other"],
            {},
            SettingsError,
            "transfer: expected no other model in a fine-tuning, found one. It takes over all layers of its model.",
        ),
        (
            ['training.score="pos.accuracy"'],
            {},
            SettingsError,
            SCORE + "chunk.precision, chunk.recall, chunk.accuracy, found 'pos.accuracy'.",
        ),
        (
            ["tasks.pos.weight=2.0"],
            {},
            SettingsError,
            "data: expected a tag column that a task can learn from, found ner, chunk.",
        ),
        (
            [
                'tasks.pos.data={train=["{folder}/new.conll"], columns=["word", "a", "b"]}',
                "tasks.ner.weight=2.0",
            ],
            {},
            SettingsError,
            "tasks.pos.column: expected a tag column of its data (a, b), found 'pos'.",
        ),
        (
            ['tasks.pos.column="nowhere"', "tasks.ner.weight=2.0"],
            {},
            SettingsError,
            "tasks.pos.column: expected a tag column of its data (ner, chunk), found 'nowhere'.",
        ),
        (
            ['transfer.freeze=["heads.nerr"]'],
            {},
            SettingsError,
            "transfer.freeze: expected a layer of this network (lookup, lookup.word, lookup.caps, lookup.suffix2, "
            "lookup.shape, lookup.characters, trunk, trunk.0, heads, heads.pos, heads.ner, heads.chunk), "
            "found 'heads.nerr'. Did you mean heads.ner?",
        ),
        (
            [],
            {"rehearse": ["{folder}/narrow.conll"]},
            DataError,
            "{folder}/narrow.conll:1: expected 3 columns (word, pos, ner), found 2. Is a space missing?",
        ),
        (
            ['rehearsal.data={train=["{folder}/new.conll"], columns=["word", "a", "b"]}'],
            {},
            SettingsError,
            "rehearsal.data: expected a tag column of the model's tasks (pos, ner), found a, b.",
        ),
        (
            [],
            {"old": ["{folder}/topics"]},
            SettingsError,
            "--old: expected a tag column of the model's tasks (pos, ner), found topic.",
        ),
        (
            [],
            {"data": "{folder}/new.conll"},
            SettingsError,
            "--data: expected a prepared folder or a settings file (.toml), found {folder}/new.conll. "
            "`tagger prep` makes a folder of corpus files; a settings file can name them too.",
        ),
    ],
)
def test_what_cannot_be_is_said(
    model: Path,
    tmp_path: Path,
    overrides: list[str],
    options: dict[str, Any],
    kind: type[TaggerError],
    message: str,
) -> None:
    data = new_settings(tmp_path)
    write(tmp_path / "narrow.conll", "Ada NNP\n")
    write(tmp_path / "topics.jsonl", '{"tokens": ["a"], "topic": ["x"]}\n')
    topics = (str(tmp_path / "topics.jsonl"),)
    prepare(PrepOptions(tmp_path / "topics", train=topics, dev=topics))
    filled = {
        key: value.format(folder=tmp_path)
        if isinstance(value, str)
        else [v.format(folder=tmp_path) for v in value]
        for key, value in options.items()
    }
    data = filled.pop("data", data)
    with pytest.raises(kind) as error:
        finetune(
            model, data, tmp_path / "x", overrides=[o.replace("{folder}", str(tmp_path)) for o in overrides],
            **filled,
        )  # fmt: skip
    assert str(error.value) == message.format(model=model, folder=tmp_path)
    assert not (tmp_path / "x").exists()


def test_a_column_of_another_kind_is_refused(model: Path, tmp_path: Path) -> None:
    data = new_settings(tmp_path, NEW, "word,ner,pos")
    with pytest.raises(DataError) as error:
        tuned(model, tmp_path, data=data)
    assert str(error.value) == (
        f"{tmp_path}/new.conll: expected plain tags in the column pos, as the model's task pos has, "
        "found tags that mark spans. Give the column a task of its own under another name: [tasks.NAME] with column "
        "and data."
    )


def test_an_output_that_is_there_is_kept(model: Path, tmp_path: Path) -> None:
    write(tmp_path / "tuned", "mine")
    with pytest.raises(OutputExistsError):
        tuned(model, tmp_path)
    assert (tmp_path / "tuned").read_text() == "mine"


def test_only_a_fine_tuning_is_resumed_as_one(model: Path) -> None:
    with pytest.raises(ModelError) as error:
        resume_finetuning(model)
    assert str(error.value) == (
        f"{model}: expected a run of `tagger finetune`, found another. Go on with: tagger train --resume {model}"
    )


def test_a_model_without_tasks_learns_its_first_ones(model: Path, tmp_path: Path) -> None:
    """Such as raw text makes: the program's defaults say how it learns."""
    saved = read_model(model)
    saved.tasks = ()
    saved.weights = {name: array for name, array in saved.weights.items() if not name.startswith("heads.")}
    bare = tmp_path / "bare"
    bare.mkdir()
    write_model(bare, saved)
    shutil.copy(model / SETTINGS, bare / SETTINGS)
    report = tuned(bare, tmp_path)
    after = read_model(report.training.folder)
    assert [task.name for task in after.tasks] == ["ner", "chunk"]
    settings = load_settings(report.training.folder / SETTINGS)
    assert settings.optimizer.rate == pytest.approx(0.003)
    assert settings.training.batch_words == 1000
    assert report.notes == (
        f"no old data to show what was forgotten: {bare}: it had no tasks that tag. (--old names some)",
    )


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrained")
    return pretrain(text_settings(write_text(folder, 200)), folder / "model").folder


def test_a_pretrained_model_learns_as_the_programs_defaults_say(pretrained: Path, tmp_path: Path) -> None:
    told: list[str] = []
    report = tuned(pretrained, tmp_path, note=told.append)
    after, before = read_model(report.training.folder), read_model(pretrained)
    assert [task.name for task in after.tasks] == ["ner", "chunk"]
    assert not [name for name in after.weights if name.startswith("heads.text")]
    assert after.network == before.network
    settings, default = load_settings(report.training.folder / SETTINGS), Settings()
    for section in ("optimizer", "schedule", "pretraining", "transfer", "rehearsal"):
        assert getattr(settings, section) == getattr(default, section), section
    assert settings.training == default.training.model_copy(update={"epochs": 3})
    assert settings.network.dropout == default.network.dropout
    assert settings.features.word.unknown_rate == default.features.word.unknown_rate
    assert settings.features.word.dim == 8
    assert told[:2] == [
        "text is left out: it has no tag column to learn from",
        f"the word stays the only feature; `tagger train --from {pretrained}` adds capitals, affixes and "
        "characters, the better start",
    ]
    assert report.notes == (
        f"no old data to show what was forgotten: {pretrained}: it had no tasks that tag. (--old names some)",
    )


def test_a_pretrained_model_lends_its_words_and_layers(pretrained: Path, tmp_path: Path) -> None:
    tuned(pretrained, tmp_path, "optimizer.rate=1e-30", "training.epochs=1")
    before, after = read_model(pretrained).weights, read_model(tmp_path / "tuned").weights
    table = before["lookup.word.weight"]
    assert np.array_equal(after["lookup.word.weight"][: len(table)], table)
    assert np.array_equal(after["trunk.0.weight"], before["trunk.0.weight"])


@pytest.mark.parametrize("distillation", [0.0, 0.5])
def test_a_run_from_a_pretrained_model_goes_on(pretrained: Path, tmp_path: Path, distillation: float) -> None:
    def interrupt(step: Step) -> None:
        if step.epoch == 2:
            raise KeyboardInterrupt

    tuned(pretrained, tmp_path, f"rehearsal.distillation={distillation}", observe=interrupt)
    report = resume_finetuning(tmp_path / "tuned")
    assert report.training.epochs == 3
    assert {row.task for row in report.rows} == {"ner", "chunk"}


def test_labels_that_the_model_had_mapped_away_stay_away_in_a_folder_to_rehearse(tmp_path: Path) -> None:
    corpus = str(write(tmp_path / "old.conll", OLD))
    columns = ("word", "pos", "ner")
    data = {"train": [corpus], "dev": [corpus], "columns": columns, "maps": ["ner:LOC=O"]}
    model = train_model(tmp_path, data=data, training={"epochs": 1})
    prepare(PrepOptions(tmp_path / "folder", train=(corpus,), dev=(corpus,), columns=columns))
    new = new_settings(tmp_path, "Ada B-PER\n. O\n", "word,ner")
    tuned(model, tmp_path, data=new, rehearse=[str(tmp_path / "folder")])
    ner = read_model(tmp_path / "tuned").tasks[1]
    assert sorted({label.partition("-")[2] for label in ner.labels}) == ["", "PER"]


def test_a_new_word_that_is_known_in_another_spelling_starts_as_unknown(tmp_path: Path) -> None:
    """The model tells case and digits apart: "Train" was no word of its, whatever it knows of "train"."""
    features = {"word": {"dim": 8, "lowercase": False, "fold_digits": False, "unknown_rate": 0.0}}
    model = train_model(tmp_path, features=features)
    data = new_settings(tmp_path, "Train B-PER\nlives O\n", "word,ner")
    report = tuned(model, tmp_path, "optimizer.rate=1e-30", "training.epochs=1", data=data)
    after = read_model(tmp_path / "tuned")
    table, rows = after.weights["lookup.word.weight"], after.features.vocabularies["word"].rows
    assert np.array_equal(table[rows["Train"]], table[1])
    assert not np.array_equal(table[rows["Train"]], table[rows["train"]])
    taken = report.training.transfer
    assert taken is not None
    known = len(read_model(model).features.vocabularies["word"].items)
    assert taken.matched == {"exact": known, "lower-cased": 0, "digits folded": 0}
    assert (taken.tokens, taken.covered_before, taken.covered_after) == (2, 1, 1)
    (words,) = (layer for layer in taken.layers if layer.layer == "lookup.word")
    assert (words.copied, words.new, words.dropped) == (known + 2, 1, 0)


PER = {"column": "ner", "objective": "margin", "label": "PER"}


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tasks = {"pos": {}, "ner": {"objective": "sentence"}, "per": PER}
    return train_model(tmp_path_factory.mktemp("scorer"), tasks=tasks)


@pytest.mark.parametrize("distillation", [0.0, 0.5])
def test_a_scorer_whose_label_the_data_lack_keeps_its_head(
    scorer: Path, tmp_path: Path, distillation: float
) -> None:
    """It has no teacher either, unlike the other task that nothing else teaches."""
    told: list[str] = []
    data = new_settings(tmp_path, "Acme B-ORG\nsings O\n", "word,ner")
    distil = f"rehearsal.distillation={distillation}"
    report = tuned(scorer, tmp_path, distil, "optimizer.rate=0.05", data=data, note=told.append)
    before, after = read_model(scorer).weights, read_model(tmp_path / "tuned").weights
    assert np.array_equal(after["heads.per.weight"], before["heads.per.weight"])
    assert np.array_equal(after["heads.pos.weight"], before["heads.pos.weight"]) == (not distillation)
    assert "per keeps its head as it is: the new data do not have words with and without PER" in told
    kept = "learns to say what the model says" if distillation else "keeps its head as it is"
    assert f"pos {kept}: no data have its column" in told
    assert report.training.transfer is not None
    frozen = ("heads.per",) if distillation else ("heads.pos", "heads.per")
    assert report.training.transfer.frozen == frozen


def test_the_label_of_a_scorer_cannot_be_stated_otherwise(scorer: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        tuned(scorer, tmp_path, 'tasks.per.label="LOC"')
    assert str(error.value) == (
        f"tasks.per.label: expected 'PER' as in {scorer}, found 'LOC'. "
        "A fine-tuning keeps the features and sizes of its model, and the kind of each of its tasks."
    )


def test_the_same_file_read_in_two_ways_is_remembered_in_both(tmp_path: Path) -> None:
    """Old and new development data lie in one file, whose labels the new ones change."""
    model = train_model(tmp_path)
    corpus = str(tmp_path / "old.conll")
    data = {"train": [corpus], "dev": [corpus], "columns": ["word", "pos", "ner"], "maps": ["ner:LOC=PLACE"]}

    def interrupt(step: Step) -> None:
        if step.epoch == 2:
            raise KeyboardInterrupt

    import tomli_w

    path = write(tmp_path / "same.toml", tomli_w.dumps({"data": data}))
    tuned(model, tmp_path, data=str(path), observe=interrupt)
    report = resume_finetuning(tmp_path / "tuned")
    assert [(row.data, row.task) for row in report.rows] == [
        ("old", "pos"), ("old", "ner"), ("new", "pos"), ("new", "ner")
    ]  # fmt: skip
    assert not [note for note in report.notes if "no longer" in note]


def test_that_no_epoch_beats_the_model_is_said(model: Path, tmp_path: Path) -> None:
    """Also by a run that was resumed; the rate is so low that the model scores what it scored."""
    data = new_settings(tmp_path, OLD.replace("I-", "B-", 1), "word,pos,ner")

    def interrupt(step: Step) -> None:
        if step.epoch == 2:
            raise KeyboardInterrupt

    tuned(model, tmp_path, "optimizer.rate=1e-30", data=data, observe=interrupt)
    report = resume_finetuning(tmp_path / "tuned")
    best = 100 * (report.training.best_score or 0.0)
    assert report.notes == (
        f"no epoch beats the model before fine-tuning: mean {best:.2f}% before, {best:.2f}% at best (epoch 1)",
    )
    saved = json.loads((tmp_path / "tuned" / FINETUNE).read_text())
    assert saved["notes"] == list(report.notes)


def test_an_epoch_that_beats_the_model_needs_no_word(model: Path, tmp_path: Path) -> None:
    data = new_settings(tmp_path, "Ada X\nLovelace X\n", "word,pos")
    report = tuned(model, tmp_path, "training.epochs=60", "optimizer.rate=0.05", data=data)
    assert report.training.best_score == 1.0
    assert report.notes == ()


@pytest.mark.parametrize("options", [(), ("rehearsal.distillation=0.5", "training.averaging=0.9")])
def test_rows_put_aside_change_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Words that neither new nor old data use leave the network while it learns; the result is that of all of them."""
    (tmp_path / "few").mkdir()
    (tmp_path / "all").mkdir()
    monkeypatch.setattr(rows_in_use, "WORTH_IT", 1)
    few = tuned(model, tmp_path / "few", *options)
    monkeypatch.setattr(rows_in_use, "WORTH_IT", 10**9)
    every = tuned(model, tmp_path / "all", *options)

    assert few.training.scores == every.training.scores
    one, two = read_model(few.training.folder), read_model(every.training.folder)
    for name, array in two.weights.items():
        np.testing.assert_array_equal(array, one.weights[name], err_msg=name)
    sizes = [
        len(read_weights(report.training.folder / CHECKPOINT)["network/lookup.word.weight"])
        for report in (few, every)
    ]
    assert sizes[0] < sizes[1]
