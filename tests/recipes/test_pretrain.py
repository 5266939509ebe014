"""Pretraining end to end on small text: what is learnt, saved, resumed, grown; every refusal in words."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagger.config import Settings
from tagger.errors import TaggerError
from tagger.recipes.diagnose import diagnose
from tagger.recipes.history import read_course
from tagger.recipes.info import describe_model, info_as_json
from tagger.recipes.plot import plot
from tagger.recipes.pretrain import pretrain
from tagger.recipes.pretrain_settings import pretraining_settings, resumed_settings
from tagger.recipes.pretrain_words import load_words
from tagger.records import Step
from tagger.reports.curves import build_page
from tagger.reports.model import print_model
from tagger.saved import NetworkDescription, SavedModel, TaskDescription, read_model, write_model
from tagger.text.features import Feature, FormFeatures
from tagger.text.text_sources import find_text
from tagger.text.vocabulary import Vocabulary
from tagger.weights_file import read_weights

NAMES, PLACES = ["ada", "omar", "zoe", "lena"], ["oslo", "paris", "rome", "lima"]
SMALL = {
    "features.word.dim": 8,
    "network.window": 3,
    "network.hidden": [12],
    "pretraining.min_count": 1,
    "pretraining.subsample": 0.0,
    "pretraining.batch_windows": 64,
    "pretraining.round_words": 1000,
    "pretraining.held_out_words": 100,
    "training.threads": 1,
}


def write_text(folder: Path, sentences: int = 1200, seed: int = 0) -> str:
    """Sentences in which names and places each stand where their like stand."""
    random = np.random.default_rng(seed)
    lines = [
        f"{random.choice(NAMES)} lives in {random.choice(PLACES)} ." if random.random() < 0.5
        else f"in {random.choice(PLACES)} {random.choice(NAMES)} sings ."
        for _ in range(sentences)
    ]  # fmt: skip
    path = folder / "text.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def settings(text: str, **changes: Any) -> Settings:
    changes = {key.replace("__", "."): value for key, value in changes.items()}
    return pretraining_settings(None, (), {**SMALL, "pretraining.text": [text], **changes})


def weights(folder: Path) -> dict[str, Any]:
    return read_weights(folder / "weights.safetensors")


def test_windows_are_told_apart_and_like_words_come_to_lie_together(tmp_path: Path) -> None:
    report = pretrain(settings(write_text(tmp_path), pretraining__epochs=3), tmp_path / "m")

    assert report.vocabulary == 12
    assert report.windows == report.words == 3 * (6000 - 100)
    assert report.scores["text.ranking_accuracy"] > 0.9
    assert report.scores["text.relative_rank"] < 0.2
    model = read_model(tmp_path / "m")
    assert [task.objective for task in model.tasks] == ["margin"]
    table, rows = model.weights["lookup.word.weight"], model.features.vocabularies["word"].rows

    def likeness(first: str, second: str) -> float:
        one, two = table[rows[first]], table[rows[second]]
        return float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))

    within = [likeness("ada", other) for other in ("omar", "zoe", "lena")]
    across = [likeness("ada", other) for other in PLACES]
    assert min(within) > max(across)


def test_half_precision_is_what_is_written_unless_refused(tmp_path: Path) -> None:
    text = write_text(tmp_path, 300)
    pretrain(settings(text), tmp_path / "half")
    pretrain(settings(text, pretraining__half_precision=False), tmp_path / "full")

    half, full = weights(tmp_path / "half"), weights(tmp_path / "full")
    assert half["lookup.word.weight"].dtype == np.float16
    assert full["lookup.word.weight"].dtype == np.float32
    np.testing.assert_array_equal(half["lookup.word.weight"], full["lookup.word.weight"].astype(np.float16))


def test_two_threads_learn_the_same_windows(tmp_path: Path) -> None:
    text = write_text(tmp_path, 300)
    reports = [pretrain(settings(text, training__threads=n), tmp_path / str(n)) for n in (1, 2)]

    assert reports[0].windows == reports[1].windows
    one, two = (weights(tmp_path / str(n))["lookup.word.weight"] for n in (1, 2))
    np.testing.assert_allclose(one, two, atol=0.02)  # sums in another order


@pytest.mark.parametrize(
    "changes", [{}, {"training__averaging": 0.9}, {"pretraining__epochs": 2, "optimizer__sparse_rows": 0}]
)
def test_a_run_broken_off_goes_on_bit_for_bit(tmp_path: Path, changes: dict[str, Any]) -> None:
    chosen = settings(write_text(tmp_path), **changes)
    whole = pretrain(chosen, tmp_path / "whole")

    def stop_in_round(number: int) -> Any:
        def observe(step: Step) -> None:
            if step.epoch == number and step.words > 500:  # in the midst of it
                raise KeyboardInterrupt

        return observe

    first = pretrain(chosen, tmp_path / "run", observe=stop_in_round(3))
    assert first.interrupted and first.rounds == 2
    second = pretrain(chosen, tmp_path / "run", resume=True, observe=stop_in_round(5))
    assert second.interrupted and second.rounds == 4
    last = pretrain(chosen, tmp_path / "run", resume=True)

    assert (last.windows, last.rounds, last.scores) == (whole.windows, whole.rounds, whole.scores)
    for name, array in weights(tmp_path / "whole").items():
        np.testing.assert_array_equal(array, weights(tmp_path / "run")[name])
    one, two = (read_weights(tmp_path / n / "last.safetensors") for n in ("whole", "run"))
    for name, array in one.items():
        np.testing.assert_array_equal(array, two[name])


def test_a_run_whose_text_has_changed_is_not_resumed(tmp_path: Path) -> None:
    chosen = settings(write_text(tmp_path))
    pretrain(chosen, tmp_path / "m")
    write_text(tmp_path, seed=1)

    with pytest.raises(TaggerError) as caught:
        pretrain(chosen, tmp_path / "m", resume=True)

    hint = "Restore the data, or train again without --resume."
    assert (
        str(caught.value) == f"{tmp_path}/m: expected the training data of this run, found other data. {hint}"
    )


def test_a_time_budget_ends_it_and_a_longer_one_goes_on(tmp_path: Path) -> None:
    text = write_text(tmp_path)
    short = pretrain(settings(text, pretraining__time_budget=1e-6, pretraining__epochs=1), tmp_path / "m")
    assert short.rounds == 1 and not short.interrupted and not short.ended

    idle = pretrain(resumed_settings(tmp_path / "m", {}), tmp_path / "m", resume=True)
    used = "nothing left to do: the time, 1e-06 minutes, is used up; a longer --time-budget goes on"
    assert (idle.rounds, idle.ended) == (1, used)
    longer = resumed_settings(tmp_path / "m", {"pretraining.time_budget": 60.0})
    done = pretrain(longer, tmp_path / "m", resume=True)
    often = "the text has been read once, as often as asked; --epochs N reads it on"
    assert (done.rounds, done.passes, done.ended) == (6, 1, f"ended before the time was up: {often}")
    assert resumed_settings(tmp_path / "m", {}).pretraining.time_budget == 60.0
    idle = pretrain(resumed_settings(tmp_path / "m", {}), tmp_path / "m", resume=True)
    assert (idle.rounds, idle.ended) == (6, f"nothing left to do: {often}")


def test_more_epochs_go_through_the_text_to_its_end_again(tmp_path: Path) -> None:
    """Also where rounds do not add up to the text: a round that the end of the text cut short is made up for."""
    text = write_text(tmp_path, 500)  # 2,500 words in rounds of 1,000
    once = pretrain(settings(text), tmp_path / "m")
    assert (once.rounds, once.passes, once.ended) == (3, 1, "")
    twice = pretrain(resumed_settings(tmp_path / "m", {"pretraining.epochs": 2}), tmp_path / "m", resume=True)
    assert (twice.rounds, twice.passes, twice.words) == (6, 2, 2 * once.words)


def test_with_a_time_budget_the_text_is_read_while_there_is_time(tmp_path: Path) -> None:
    chosen = settings(write_text(tmp_path, 500), pretraining__time_budget=60.0)

    def stop(step: Step) -> None:
        if step.epoch == 6 and step.epoch_end:
            raise KeyboardInterrupt

    report = pretrain(chosen, tmp_path / "m", observe=stop)
    assert (report.rounds, report.passes) == (6, 2)


def test_a_short_text_ends_a_round_where_only_time_ends_the_run(tmp_path: Path) -> None:
    chosen = settings(
        write_text(tmp_path, 60), pretraining__time_budget=1e-6, pretraining__round_words=1_000_000
    )
    report = pretrain(chosen, tmp_path / "m")
    assert (report.rounds, report.passes) == (1, 1)


def test_figures_of_an_unfinished_round_do_not_count(tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        if step.epoch == 2 and step.words > 300:
            raise KeyboardInterrupt

    report = pretrain(settings(write_text(tmp_path)), tmp_path / "m", observe=stop)
    assert report.interrupted and report.rounds == 1
    assert report.words == report.windows and 1000 <= report.words < 1010


def test_a_larger_vocabulary_starts_from_a_smaller_model(tmp_path: Path) -> None:
    """The growing dictionaries of the paper: old words keep rows and vectors, new ones get rows behind them."""
    text = write_text(tmp_path)
    pretrain(settings(text, pretraining__max_words=5), tmp_path / "small")
    notes: list[str] = []
    grown = settings(text, pretraining__start=str(tmp_path / "small"), optimizer__rate=1e-12)
    pretrain(grown, tmp_path / "large", note=notes.append)

    old, new = (read_model(tmp_path / name) for name in ("small", "large"))
    words = old.features.vocabularies["word"].items
    assert new.features.vocabularies["word"].items[:5] == words
    assert len(new.features.vocabularies["word"].items) == 12
    for name in ("trunk.0.weight", "heads.text.weight"):
        np.testing.assert_allclose(new.weights[name], old.weights[name], atol=1e-3)
    np.testing.assert_allclose(
        new.weights["lookup.word.weight"][2:7], old.weights["lookup.word.weight"][2:7], atol=1e-3
    )
    assert f"{tmp_path}/small: 5 words keep their rows, 7 are new" in notes
    taken = json.loads((tmp_path / "large" / "transfer.json").read_text("utf-8"))
    tokens = Path(text).read_text("utf-8").split()
    assert taken["tokens"] == len(tokens) == 6000
    assert taken["covered_before"] == taken["covered_after"] == sum(token in words for token in tokens)


def test_vectors_of_a_file_are_where_it_starts(tmp_path: Path) -> None:
    text = write_text(tmp_path)
    (tmp_path / "v.txt").write_text("2 8\nada 1 1 1 1 -1 -1 -1 -1\noslo 1 -1 1 -1 1 -1 1 -1\n", "utf-8")
    chosen = settings(text, features__word__vectors=str(tmp_path / "v.txt"), optimizer__rate=1e-12)
    pretrain(chosen, tmp_path / "m")

    model = read_model(tmp_path / "m")
    row = model.weights["lookup.word.weight"][model.features.vocabularies["word"].row("ada")]
    np.testing.assert_allclose(row, np.array([1, 1, 1, 1, -1, -1, -1, -1]) / np.sqrt(8), atol=1e-3)


def test_a_vocabulary_file_stands_for_the_counting(tmp_path: Path) -> None:
    text = write_text(tmp_path)
    (tmp_path / "words").write_text("oslo\t30\nada\t20\nin\t10\n", "utf-8")
    report = pretrain(settings(text, pretraining__vocabulary=str(tmp_path / "words")), tmp_path / "m")

    assert report.vocabulary == 3
    assert (tmp_path / "m" / "words.tsv").read_text("utf-8") == "oslo\t30\nada\t20\nin\t10\n"
    (tmp_path / "plain").write_text("oslo\nada\n", "utf-8")
    chosen = settings(text, pretraining__vocabulary=str(tmp_path / "plain"))
    words = load_words(chosen, find_text([text]), None, lambda line: None)
    found = (words.words, words.counts.tolist(), words.tokens, words.counted)
    assert found == (("oslo", "ada"), [1, 1], 0, False)
    lines = [line.split() for line in Path(text).read_text("utf-8").splitlines()]
    held_out = [lines[place] for place in range(49, len(lines), 50)][:20]
    expected = sum(row.count("oslo") + row.count("ada") for row in lines)
    expected -= sum(row.count("oslo") + row.count("ada") for row in held_out)
    notes: list[str] = []
    frequent = settings(text, pretraining__vocabulary=str(tmp_path / "plain"), pretraining__subsample=1e-4)
    assert pretrain(frequent, tmp_path / "plain-model", note=notes.append).windows == expected
    assert f"{tmp_path}/plain has no counts: every word corrupts, and stands in the centre, alike" in notes


def test_a_linear_rate_needs_to_know_where_the_text_ends(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("oslo\nada\n", "utf-8")
    text, vocabulary = write_text(tmp_path, 300), str(tmp_path / "words")
    with pytest.raises(TaggerError) as caught:
        pretrain(settings(text, pretraining__vocabulary=vocabulary, schedule__name="linear"), tmp_path / "m")

    hint = "Take constant or inverse, or have the words counted (no pretraining.vocabulary)."
    assert (
        str(caught.value) == f"schedule.name: expected a rate that needs no last round, found linear. {hint}"
    )
    report = pretrain(settings(text, schedule__name="linear"), tmp_path / "m")
    assert report.rounds == 2


def test_a_last_step_of_fewer_windows_than_threads_is_no_error(tmp_path: Path) -> None:
    text = write_text(tmp_path, 300)  # 1,470 windows, 30 words held out
    report = pretrain(settings(text, pretraining__batch_windows=1469, training__threads=3), tmp_path / "m")
    assert report.windows == 1470


def test_text_that_is_too_short_to_hold_some_out_is_told(tmp_path: Path) -> None:
    notes: list[str] = []
    report = pretrain(settings(write_text(tmp_path, 40)), tmp_path / "m", note=notes.append)
    assert report.scores == {}
    reason = "no text is held out, for that takes 50 paragraphs or more"
    assert f"no score: {reason}" in notes and report.unscored == reason
    none = pretrain(settings(write_text(tmp_path), pretraining__held_out_words=0), tmp_path / "none")
    assert none.unscored == "no text is held out (pretraining.held_out_words = 0)"


def test_a_text_of_rare_words_makes_no_model(tmp_path: Path) -> None:
    (tmp_path / "rare.txt").write_text("ada sings in oslo and in rome .\n" * 2, "utf-8")
    with pytest.raises(TaggerError) as caught:
        pretrain(settings(str(tmp_path / "rare.txt"), pretraining__min_count=5), tmp_path / "m")
    most = "4 or less: no word of the text occurs more often"
    assert str(caught.value) == f"pretraining.min_count: expected {most}, found 5."
    assert not (tmp_path / "m").exists()


def test_standard_input_is_not_resumed(tmp_path: Path) -> None:
    pretrain(settings(write_text(tmp_path, 300)), tmp_path / "m")
    path = tmp_path / "m" / "settings.toml"
    path.write_text(re.sub(r"(?ms)^text = \[.*?\]\n", 'text = ["-"]\n', path.read_text("utf-8")), "utf-8")
    with pytest.raises(TaggerError) as caught:
        resumed_settings(tmp_path / "m", {})
    hint = "It cannot be resumed; `--start` with this folder begins another run from its words and layers."
    wanted = "expected a run of text that can be read again, found one of standard input"
    assert str(caught.value) == f"{tmp_path}/m: {wanted}. {hint}"


def test_what_it_starts_from_and_the_data_set_are_looked_at_before_words_are_counted(tmp_path: Path) -> None:
    text = write_text(tmp_path, 300)
    tagger = SavedModel(
        NetworkDescription(3, (4,), "tanh"),
        (TaskDescription("pos", "upos", "none", "word", ("N",)),),
        FormFeatures([Feature("word", 2)], None, {"word": Vocabulary(["ada"])}),
        {
            "lookup.word.weight": np.zeros((3, 2), np.float32),
            "trunk.0.weight": np.zeros((4, 6), np.float32),
            "trunk.0.bias": np.zeros(4, np.float32),
            "heads.pos.weight": np.zeros((1, 4), np.float32),
            "heads.pos.bias": np.zeros(1, np.float32),
        },
    )
    (tmp_path / "tagger").mkdir()
    write_model(tmp_path / "tagger", tagger)
    pretrain(settings(text), tmp_path / "small")
    table = tmp_path / "table.jsonl"
    table.write_text('{"text": "Ada sings."}\n', "utf-8")
    hint = (
        "To start from the vectors of another model, name them as features.word.vectors, "
        f"after `tagger info {tmp_path}/tagger --export-vectors FILE`."
    )
    for changes, message in (
        (
            {"pretraining__start": str(tmp_path / "tagger")},
            f"{tmp_path}/tagger: expected a model of `tagger pretrain`, found one of pos. {hint}",
        ),
        (
            {"pretraining__start": str(tmp_path / "small"), "network__hidden": [7]},
            f"network.hidden: expected [12], as {tmp_path}/small has it, found [7].",
        ),
        (
            {"pretraining__text": [str(table)], "pretraining__column": "body"},
            f"{table}, train: expected a column 'body', found text. Name another with --column.",
        ),
    ):
        notes: list[str] = []
        with pytest.raises(TaggerError) as caught:
            pretrain(settings(text, **changes), tmp_path / "m", note=notes.append)
        assert str(caught.value) == message and notes == []


def test_lines_that_are_no_text_are_counted(tmp_path: Path) -> None:
    text = write_text(tmp_path, 300)
    with Path(text).open("ab") as file:
        file.write(b"\xff\xfe broken\n")
    notes: list[str] = []
    pretrain(settings(text, pretraining__on_error="skip"), tmp_path / "m", note=notes.append)
    assert "1 line that is no text was left out" in notes


def test_the_last_round_is_the_one_to_keep(tmp_path: Path) -> None:
    """Whatever the held-out score says: here the rate is far too large, and the score goes up and down."""
    chosen = settings(write_text(tmp_path), optimizer__rate=3.0, pretraining__half_precision=False)
    pretrain(chosen, tmp_path / "m")

    state = read_weights(tmp_path / "m" / "last.safetensors")
    for name, array in weights(tmp_path / "m").items():
        np.testing.assert_array_equal(array, state[f"network/{name}"])
    assert json.loads((tmp_path / "m" / "metrics.json").read_text("utf-8"))["epoch"] == 6


def test_a_starting_model_must_spell_words_alike_and_be_as_wide(tmp_path: Path) -> None:
    text = write_text(tmp_path, 300)
    pretrain(settings(text), tmp_path / "small")
    for name, value, message in (
        ("features__word__dim", 16, "features.word.dim: expected 8, as {} has it, found 16."),
        (
            "features__word__lowercase",
            False,
            "features.word.lowercase: expected True, as {} has it, found False.",
        ),
    ):
        with pytest.raises(TaggerError) as caught:
            pretrain(
                settings(text, pretraining__start=str(tmp_path / "small"), **{name: value}),
                tmp_path / "large",
            )
        assert str(caught.value) == message.format(tmp_path / "small")


def test_a_stated_table_of_rates_replaces_the_one_of_pretraining() -> None:
    assert pretraining_settings(None, ["transfer.rates={}"]).transfer.rates == {}
    assert pretraining_settings(None, ["transfer.rates.trunk=0.5"]).transfer.rates == {"trunk": 0.5}


def test_the_folder_says_what_it_learnt_from(tmp_path: Path) -> None:
    notes: list[str] = []
    pretrain(settings(write_text(tmp_path), pretraining__max_words=10), tmp_path / "m", note=notes.append)

    run = json.loads((tmp_path / "m" / "run.json").read_text("utf-8"))
    assert run["data"][0]["tokens"] == 6000 and len(run["data"][0]["fingerprint"]) == 64
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert "raw text of 6,000 tokens; 10 words with a row" in card
    assert "seed 1; after round 6.\n" in card and "Scores of held-out text (%):" in card
    assert "entity" not in card and "epoch" not in card
    assert notes[0] == "counting words ..."
    assert notes[1].startswith("6,000 tokens, 12 distinct words; 10 with a row of their own (")


def test_info_plot_and_diagnose_know_a_pretraining(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pretrain(settings(write_text(tmp_path)), tmp_path / "m")
    print_model(info_as_json(describe_model(tmp_path / "m")))
    shown = capsys.readouterr().out
    assert "scores of held-out text after round 6 of 6" in shown
    assert "data of text: raw text of 6,000 tokens; 12 words with a row, fingerprint " in shown

    (tmp_path / "m" / "history.jsonl").unlink()
    print_model(info_as_json(describe_model(tmp_path / "m")))
    assert "scores of held-out text after round 6\n" in capsys.readouterr().out


def test_the_rounds_are_drawn_and_not_diagnosed(tmp_path: Path) -> None:
    run = tmp_path / "m"
    pretrain(settings(write_text(tmp_path)), run)
    page = build_page([read_course(run)])
    assert [(panel.title, panel.unit) for panel in page.tasks[0]] == [
        ("text: loss", "a pair of windows"),
        ("text: ranking accuracy", "%"),
    ]
    assert [len(line.curve) for panel in page.tasks[0] for line in panel.lines] == [6, 6]
    plot([run], tmp_path / "m.svg")
    with pytest.raises(TaggerError) as caught:
        diagnose(run)
    hint = (
        f"Its scores of held-out text: {run}/history.jsonl, drawn by `tagger plot {run}`; "
        f"what it learnt: `tagger neighbours {run} WORD`."
    )
    assert str(caught.value) == f"{run}: expected a training on labels, found a pretraining. {hint}"


def test_text_of_words_without_rows_teaches_nothing_and_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("unheard\nof\n", "utf-8")
    text = write_text(tmp_path, 300)
    report = pretrain(settings(text, pretraining__vocabulary=str(tmp_path / "words")), tmp_path / "m")
    assert report.windows == 0


REFUSED = {
    "network.hidden=[4,4]": "network.hidden: expected one hidden layer (pretraining), found [4, 4].",
    "network.activation='maxout'": "network.activation: expected one of relu, hard_tanh, tanh, sigmoid, soft_sign (pretraining), found maxout.",
    "network.batch_norm=true": "network.batch_norm: expected false (pretraining), found true.",
    "network.dropout=0.5": "network.dropout: expected no dropout and no hidden words (features.word.unknown_rate) (pretraining), found some.",
    "tasks.pos.objective='word'": "tasks: expected none: the text is the task (pretraining), found pos.",
    "training.device='mps'": 'training.device: expected "cpu", "cuda" or "auto" (pretraining), found \'mps\'.',
    "transfer.model='x'": "transfer.model: expected \"\" (pretraining), found 'x'.",
}


@pytest.mark.parametrize("override", REFUSED)
def test_what_pretraining_cannot_do_is_refused(override: str) -> None:
    with pytest.raises(TaggerError) as caught:
        pretraining_settings(None, [override])
    assert str(caught.value) == f"{REFUSED[override]} Train on labels with `tagger train`."


def test_further_features_are_named_with_what_switches_them_off() -> None:
    with pytest.raises(TaggerError) as caught:
        pretraining_settings(None, ["features.caps.dim=5", "features.suffix.lengths=[2,3]"])
    assert str(caught.value) == (
        "features: expected the word alone (pretraining), found features.caps.dim = 5, features.suffix.lengths = [2, 3]. "
        "Switch them off: --set features.caps.dim=0 --set 'features.suffix.lengths=[]'."
    )


def test_lists_of_names_and_static_vectors_are_further_features() -> None:
    with pytest.raises(TaggerError) as caught:
        pretraining_settings(
            None, ["features.static.a.vectors='a.txt'", "features.gazetteers.lists.cities='c.txt'"]
        )
    assert str(caught.value) == (
        "features: expected the word alone (pretraining), "
        "found features.static = ['a'], features.gazetteers.lists = ['cities']. "
        "Switch them off: --set 'features.static={}' --set 'features.gazetteers.lists={}'."
    )


UNUSED = {
    "training.epochs=3": "training.epochs: expected its default: pretraining has no use for it, found 3. "
    "Times through the text: pretraining.epochs.",
    "data.folder='x'": "data: expected its default: pretraining has no use for it, found folder = 'x'. "
    "The text is pretraining.text.",
    "augmentation.swap_rate=0.5": None,
    "training.bfloat16=true": None,
}


@pytest.mark.parametrize("override", UNUSED)
def test_settings_that_would_have_no_effect_are_refused(override: str) -> None:
    with pytest.raises(TaggerError) as caught:
        pretraining_settings(None, [override])
    assert UNUSED[override] in (None, str(caught.value))
    assert "expected its default: pretraining has no use for it, found " in str(caught.value)


def test_a_training_is_not_resumed_as_a_pretraining(tmp_path: Path) -> None:
    chosen = settings(write_text(tmp_path, 300))
    pretrain(chosen, tmp_path / "m")
    plain = without_text(tmp_path / "m")

    with pytest.raises(TaggerError) as caught:
        resumed_settings(plain, {})

    hint = "`tagger train --resume` goes on with a training."
    assert str(caught.value) == f"{tmp_path}/m: expected a run of `tagger pretrain`, found another. {hint}"


def without_text(folder: Path) -> Path:
    path = folder / "settings.toml"
    path.write_text(re.sub(r"(?ms)^text = \[.*?\]\n", "", path.read_text("utf-8")), "utf-8")
    return folder
