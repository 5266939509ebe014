"""Which panels a page has, and what stands in them: worked out by hand."""

from dataclasses import replace

import pytest

from tagger.evaluation.course import Course, Epoch
from tagger.reports.curves import (
    HEAD_COLOURS,
    RUN_COLOURS,
    TABLE_COLOUR,
    TRUNK_COLOURS,
    USUAL_UPDATES,
    WORD_COLOUR,
    Line,
    build_page,
    layer_styles,
)
from tests.evaluation.courses import GOOD, course

BLUE, RED = RUN_COLOURS[:2]


def two_tasks() -> Course:
    epochs = [
        Epoch(1, 0.1, {"pos": 1.0, "ner": 9.0}, {}, {}, {"pos.accuracy": 0.5, "ner.f1": 0.2}, 0.35, True),
        Epoch(2, 0.1, {"pos": 0.5, "ner": 0.1}, {}, {}, {"pos.accuracy": 0.6, "ner.f1": 0.1}, 0.35),
    ]
    return Course("two", tuple(epochs))


def titles(rows: object) -> list[list[str]]:
    return [[panel.title for panel in row] for row in rows]  # type: ignore[attr-defined]


def test_one_task_has_its_panels_in_a_row_above_those_of_the_layers() -> None:
    page = build_page([GOOD])
    assert titles(page.tasks) == [["ner: loss", "ner: F1"]]
    assert titles(page.layers) == [["learning rate", "gradient norm", "update ratio", "dead units"]]
    assert [panel.unit for panel in page.panels] == [
        "nats a word",
        "%",
        "a step",
        "loss / weight",
        "step / weights",
        "%",
    ]


def test_several_tasks_have_a_column_each() -> None:
    page = build_page([two_tasks()])
    assert titles(page.tasks) == [["pos: loss", "ner: loss"], ["pos: accuracy", "ner: F1"]]


def test_development_is_solid_and_marked_training_dashed() -> None:
    short = replace(GOOD, epochs=GOOD.epochs[:2])
    loss, score = build_page([short], ["loss", "score"]).tasks[0]
    assert loss.lines == (
        Line([(1, 1.0), (2, 0.5)], BLUE, dashed=True),
        Line([(1, 0.9), (2, 0.5)], BLUE, mark=2),
    )
    train, dev = score.lines
    assert (train.dashed, dev.dashed, train.mark, dev.mark) == (True, False, None, 2)
    assert [value for _, value in (*train.curve, *dev.curve)] == pytest.approx([60.0, 80.0, 55.0, 75.0])


def test_the_best_epoch_is_marked_not_the_last() -> None:
    page = build_page([two_tasks()], ["score"])
    assert [line.mark for panel in page.panels for line in panel.lines] == [1, 1]


def test_runs_share_panels_in_colours_of_their_own() -> None:
    page = build_page([GOOD, replace(GOOD, name="other")], ["loss"])
    assert page.runs == {"run": BLUE, "other": RED}
    assert [line.colour for line in page.tasks[0][0].lines] == [BLUE, BLUE, RED, RED]


def test_each_run_has_a_row_of_layer_panels_named_after_it() -> None:
    page = build_page([GOOD, replace(GOOD, name="other")], ["rate", "gradients"])
    assert titles(page.layers) == [
        ["run: learning rate", "run: gradient norm"],
        ["other: learning rate", "other: gradient norm"],
    ]
    assert [row[0].lines[0].colour for row in page.layers] == [BLUE, RED]


def test_what_is_not_asked_for_or_not_recorded_is_left_out() -> None:
    old = course([1.0, 0.5], dev=[0.1, 0.2])
    assert titles(build_page([GOOD], ["score"]).tasks) == [["ner: F1"]]
    assert build_page([GOOD], ["score"]).layers == ()
    page = build_page([old])
    assert titles(page.tasks) == [["ner: loss", "ner: F1"]]
    assert [line.dashed for line in page.tasks[0][0].lines] == [True]
    assert titles(page.layers) == [["learning rate"]]
    assert build_page([old], ["gradients", "updates", "saturated"]).panels == []


def test_an_old_run_beside_a_new_one_has_no_row_of_layers() -> None:
    page = build_page([course([1.0]), GOOD], ["gradients"])
    assert titles(page.layers) == [["gradient norm"]]


def test_only_a_loss_of_wide_range_is_logarithmic() -> None:
    panels = {panel.title: panel for panel in build_page([two_tasks()]).panels}
    assert not panels["pos: loss"].logarithmic  # 1.0 to 0.5
    assert panels["ner: loss"].logarithmic  # 9.0 to 0.1
    assert not panels["ner: F1"].logarithmic


def test_figures_of_layers_are_logarithmic_shares_are_not() -> None:
    _, norm, update, dead = build_page([GOOD]).layers[0]
    assert [panel.logarithmic for panel in (norm, update, dead)] == [True, True, False]
    assert (norm.band, update.band) == (None, USUAL_UPDATES)
    assert dead.lines[0].curve[0] == (1, 0.0)


def test_other_activations_saturate_instead_of_dying() -> None:
    made = replace(GOOD, settings={"network": {"activation": "tanh"}})
    assert build_page([made], ["saturated"]).panels[0].title == "saturated outputs"


def test_a_margin_is_not_measured_in_nats() -> None:
    made = replace(GOOD, settings={"tasks": {"ner": {"objective": "tags-margin"}}})
    assert build_page([made], ["loss"]).panels[0].unit == "a word"


def test_layers_keep_colours_by_depth_and_small_tables_share_a_legend() -> None:
    names = ["lookup.word", "lookup.caps", "lookup.shape", "trunk.0", "trunk.1", "heads.pos", "heads.ner"]
    assert layer_styles(names) == {
        "lookup.word": (WORD_COLOUR, "lookup.word", False),
        "lookup.caps": (TABLE_COLOUR, "other tables", True),
        "lookup.shape": (TABLE_COLOUR, "", True),
        "trunk.0": (TRUNK_COLOURS[0], "trunk.0", False),
        "trunk.1": (TRUNK_COLOURS[-1], "trunk.1", False),
        "heads.pos": (HEAD_COLOURS[0], "heads.pos", False),
        "heads.ner": (HEAD_COLOURS[1], "heads.ner", False),
    }


def test_a_layer_has_one_colour_in_all_runs() -> None:
    deeper = tuple(
        replace(epoch, layers={**epoch.layers, "trunk.1": {"gradient_norm": 0.1}}) for epoch in GOOD.epochs
    )
    page = build_page([GOOD, replace(GOOD, name="deep", epochs=deeper)], ["gradients"])
    colours = [{line.label: line.colour for line in row[0].lines} for row in page.layers]
    assert colours[0]["trunk.0"] == colours[1]["trunk.0"] == TRUNK_COLOURS[0]
