"""The page of an evaluation: what stands on it, number by number, and that it needs nothing else."""

import dataclasses
import re

import pytest

from tagger.analysis import Speed, TaskAnalysis
from tagger.records import Counts, Estimate, TaskScores
from tagger.reports.evaluation_page import PageTask, render_page
from tests.reports.parsed_page import HISTORY, NOTES, SPANS, SPEED, TAGS, WORST, Page


def rendered(*tasks, title="models/en on dev", speed=SPEED, notes=NOTES, history=HISTORY):
    return render_page(title, tasks or (TAGS, SPANS), speed=speed, notes=notes, history=history)


def changed(task, **values):
    return dataclasses.replace(task, analysis=dataclasses.replace(task.analysis, **values))


PAGE = Page(rendered())


def test_every_part_has_its_heading_and_levels_are_not_skipped() -> None:
    assert PAGE.headings == [
        (1, "models/en on dev"),
        (2, "Notes"),
        (2, "Scores"),
        (3, "upos"),
        (3, "ner"),
        (3, "Beside simpler methods"),
        (4, "ner"),
        (2, "upos"),
        (3, "What is taken for what"),
        (3, "The worst sentences"),
        (2, "ner"),
        (3, "Spans by type"),
        (3, "Errors by type"),
        (3, "What is taken for what"),
        (3, "Words known and unknown"),
        (3, "How far probabilities can be believed"),
        (3, "The worst sentences"),
        (2, "Learning curves"),
        (3, "upos"),
        (3, "ner"),
        (2, "Speed"),
        (2, "Signatures"),
    ]


def test_what_there_are_no_records_of_is_left_out() -> None:
    analysis = TaskAnalysis("pos", Estimate(1.0, 1.0, 1.0), "sentences", 3)
    bare = PageTask(TaskScores("pos", 3, 30, 30, 0, 0), analysis, None, "")
    page = Page(rendered(bare, speed=None, notes=(), history=()))
    assert page.headings == [(1, "models/en on dev"), (2, "Scores"), (3, "pos")]
    assert page.tables == {} and "svg" not in page.tags
    nothing = Page(render_page("t", (), speed=Speed(0, 0.0)))
    assert nothing.headings == [(1, "t")] and "nav" not in nothing.tags


def test_links_lead_to_sections_of_the_page() -> None:
    targets = PAGE.values("id")
    assert len(set(targets)) == len(targets)
    assert {f"#{name}" for name in targets} == set(PAGE.values("href"))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    assert not PAGE.tags & {"script", "link", "img", "iframe", "object", "form", "input"}
    assert all(value.startswith("#") for value in PAGE.values("href"))
    assert not [n for _, n, _ in PAGE.attributes if n in ("src", "style", "xlink:href") or n.startswith("on")]
    assert "//" not in rendered() and "url(" not in rendered() and "@import" not in rendered()
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert ("meta", "content", policy) in PAGE.attributes


def test_headline_scores_with_their_intervals() -> None:
    cards = re.findall(r'class="big">(.*?)<.*?measure">(.*?)<.*?</span> (.*?)<', rendered(), re.DOTALL)
    assert cards == [
        ("94.90", "accuracy, %", "94.56 to 95.23"),
        ("66.82", "F1 of spans, %", "63.34 to 69.79"),
    ]
    assert "2,001 sentences 1,000 times (seed 0) or 318 documents 500 times (seed 7)" in PAGE.text
    facts = dict(
        zip(PAGE.texts["dt"][2:], PAGE.texts["dd"][2:], strict=True)
    )  # of ner; 24420 / 25149, 1728 / 2089
    assert facts == {
        "sentences": "2,001",
        "tokens": "25,149",
        "token accuracy": "97.10",
        "accuracy, unseen words": "82.72",
    }


def test_baselines_with_the_change() -> None:
    """A change that rounds to nothing has no sign."""
    assert PAGE.tables["ner: beside simpler methods"] == [
        ["method", "score", "", "95% interval", "gain of this model", "95% interval"],
        ["this model", "66.82", "", "63.34 to 69.79", "", ""],
        ["majority tag", "40.00", "", "35.00 to 45.00", "+26.82", "+20.00 to +30.00"],
        ["CRF", "70.00", "", "65.00 to 75.00", "−3.18", "−5.00 to 0.00"],
    ]
    assert "Baselines trained on ewt/train#abc." in PAGE.text


def test_spans_by_type_in_both_readings() -> None:
    """30 / 40, 30 / 50, 60 / 90; strictly 29 / 38, 29 / 50, 58 / 88; ..."""
    columns = ["found", "right", "precision", "recall", "F1"]
    assert PAGE.tables["ner: spans by type"] == [
        ["", "conlleval", "strict"],
        ["type", "gold", *columns, "", *columns],
        ["all", "50", "40", "30", "75.00", "60.00", "66.67", "", "38", "29", "76.32", "58.00", "65.91"],
        ["LOC", "20", "16", "15", "93.75", "75.00", "83.33", "", "16", "15", "93.75", "75.00", "83.33"],
        ["PER", "30", "24", "15", "62.50", "50.00", "55.56", "", "22", "14", "63.64", "46.67", "53.85"],
    ]


def test_one_reading_is_shown_where_both_give_the_same() -> None:
    spans = {"all": Counts(5, 4, 3)}
    task = dataclasses.replace(SPANS, scores=dataclasses.replace(SPANS.scores, conlleval=spans, strict=spans))
    page = Page(rendered(task))
    assert page.tables["ner: spans by type"] == [
        ["type", "gold", "found", "right", "precision", "recall", "F1", ""],
        ["all", "5", "4", "3", "75.00", "60.00", "66.67", ""],
    ]
    assert "gives the same numbers" in page.text and "gives the same numbers" not in PAGE.text


def test_errors_by_type() -> None:
    assert PAGE.tables["ner: errors by type"] == [
        ["type", "errors", "gold", "right", "missed", "spurious", "wrong type", "wrong span", "wrong both"],
        ["all", "", "50", "30", "11", "1", "4", "3", "2"],
        ["LOC", "", "20", "15", "3", "0", "1", "1", "0"],
        ["PER", "", "30", "15", "8", "1", "3", "2", "2"],
    ]
    legend = [PAGE.texts["b"][number] for number in range(5)]
    assert legend == ["missed 11", "spurious 1", "wrong type 4", "wrong span 3", "wrong both 2"]
    assert "3 of 27,150 pairs of neighbouring tags are forbidden by the scheme." in PAGE.text


def test_bars_of_errors_have_the_lengths_of_their_counts() -> None:
    """All: shares of 21; a type: of the 16 errors of PER, the most of any."""
    bars = re.findall(r'<svg class="bar" aria-hidden="true">(.*?)</svg>', rendered())
    found = [re.findall(r'class="(\w+)" x="(.*?)%" width="(.*?)%"', bar) for bar in bars]
    errors = [own for own in found if own and own[0][0] == "missed"]
    assert errors == [
        [
            ("missed", "0.00", "52.38"),
            ("spurious", "52.38", "4.76"),
            ("wrong_type", "57.14", "19.05"),
            ("wrong_span", "76.19", "14.29"),
            ("wrong_both", "90.48", "9.52"),
        ],
        [("missed", "0.00", "18.75"), ("wrong_type", "18.75", "6.25"), ("wrong_span", "25.00", "6.25")],
        [
            ("missed", "0.00", "50.00"),
            ("spurious", "50.00", "6.25"),
            ("wrong_type", "56.25", "18.75"),
            ("wrong_span", "75.00", "12.50"),
            ("wrong_both", "87.50", "12.50"),
        ],
    ]


def test_confusions_the_most_frequent_first_and_as_a_matrix() -> None:
    assert PAGE.tables["ner: the most frequent confusions"] == [
        ["gold", "found as", "times", "% of these", ""],
        ["PER", "O", "8", "44.44", ""],
        ["PER", "LOC", "5", "27.78", ""],
        ["LOC", "O", "3", "16.67", ""],
        ["LOC", "PER", "1", "5.56", ""],
        ["O", "PER", "1", "5.56", ""],
    ]
    assert PAGE.tables["ner: confusion matrix"] == [
        ["gold \\ found", "LOC", "PER", "O"],
        ["LOC", "16", "1", "3"],
        ["PER", "5", "17", "8"],
        ["O", "", "1", ""],
    ]
    assert PAGE.tables["upos: confusion matrix"] == [
        ["gold \\ found", "NOUN", "X"],
        ["NOUN", "900", "8"],
        ["X", "17", ""],
    ]


def test_words_as_the_training_data_know_them() -> None:
    assert PAGE.tables["ner: words as the training data know them"] == [
        ["words", "accuracy", "", "tokens", "% of tokens", "wrong"],
        ["seen with one tag", "97.50", "", "1,200", "60.00", "30"],
        ["seen with several tags", "90.00", "", "600", "30.00", "60"],
        ["not seen in training", "75.00", "", "200", "10.00", "50"],
    ]


def test_calibration_in_figures() -> None:
    """Of tokens (5 * 0.4 + 1500 * 0.9) / 1505 and (1 + 1440) / 1505, error (5 * 0.2 + 1500 * 0.06) / 1505."""
    summaries = [
        "".join(re.sub("<.*?>", "", part)) for part in re.findall(r"<figcaption>(.*?)</figcap", rendered())
    ]
    assert (
        "tags of tokens: 1,505, on average 89.83% probable, 95.75% right; expected calibration error 6.05"
        in summaries
    )
    assert (
        "spans found: 40, on average 95.00% probable, 75.00% right; expected calibration error 20.00"
        in summaries
    )
    assert PAGE.tables["ner, tags of tokens: by probability"] == [
        ["probability", "tags of tokens", "mean, %", "right, %"],
        ["0.000 to 0.500", "5", "40.00", "20.00"],
        ["0.500 to 1.000", "1,500", "90.00", "96.00"],
    ]
    assert PAGE.tables["ner, spans found: by probability"][1:] == [["0.500 to 1.000", "40", "95.00", "75.00"]]


def test_speed_signatures_and_notes() -> None:
    assert "50,298 tokens a second" in PAGE.text
    assert "25,149 tokens in 0.50 s, without reading the data; with probabilities" in PAGE.text
    assert PAGE.texts["pre"] == [TAGS.signature, SPANS.signature]
    assert NOTES[0] in PAGE.texts["li"]


def test_headers_of_tables_say_what_they_head() -> None:
    scopes = {value for tag, name, value in PAGE.attributes if (tag, name) == ("th", "scope")}
    assert scopes == {"col", "row", "colgroup"}
    heads = re.findall(r"<th( [^>]*)?>", rendered())
    assert heads and all("scope=" in head for head in heads)
    assert not re.findall(r'<th scope="col"[^>]*></th>', rendered())


def test_a_picture_tells_what_it_shows_or_is_hidden_from_those_who_cannot_see_it() -> None:
    for attributes in re.findall(r"<svg ([^>]*)>", rendered()):
        assert 'aria-hidden="true"' in attributes or re.search(r'role="img" aria-label="[^"]+"', attributes)


HOSTILE = '</style></title><script>alert("1 & 2")</script>\x00\ud800'


def test_text_of_the_data_stays_text_wherever_it_stands() -> None:
    named = {"all": Counts(2, 2, 1), HOSTILE: Counts(2, 2, 1)}
    strict = {"all": Counts(2, 1, 1), HOSTILE: Counts(2, 1, 1)}
    spans = tuple(dataclasses.replace(own, kind=HOSTILE) for own in SPANS.analysis.spans)
    confusions = tuple(dataclasses.replace(own, gold=HOSTILE) for own in SPANS.analysis.confusions)
    marks = tuple(dataclasses.replace(own, label=HOSTILE) for own in WORST.gold_spans)
    worst = dataclasses.replace(
        WORST, where=HOSTILE, document=HOSTILE, tokens=(HOSTILE,) * 7, gold_spans=marks
    )
    baselines = tuple(
        dataclasses.replace(own, name=HOSTILE, data=HOSTILE) for own in SPANS.analysis.baselines
    )
    task = PageTask(
        dataclasses.replace(SPANS.scores, task=HOSTILE, conlleval=named, strict=strict),
        dataclasses.replace(
            SPANS.analysis,
            task=HOSTILE,
            spans=spans,
            confusions=confusions,
            worst=(worst,),
            baselines=baselines,
        ),
        SPANS.reliability,
        HOSTILE,
    )
    history = [{"epoch": 1, "train_loss": {HOSTILE: 0.5}, "dev": {f"{HOSTILE}.f1": 0.5}}]
    content = rendered(
        task, title=HOSTILE, speed=Speed(1, 1.0, (HOSTILE,)), notes=(HOSTILE,), history=history
    )
    page = Page(content)
    assert page.tags == PAGE.tags
    assert {name for _, name, _ in page.attributes} == {name for _, name, _ in PAGE.attributes}
    shown = HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert page.texts["title"] == [shown] and page.texts["pre"] == [shown]
    assert page.text.count(shown) > 30
    content.encode("utf-8")


def test_the_same_records_give_the_same_page() -> None:
    assert rendered() == rendered()


@pytest.mark.parametrize("labels", [30])
def test_a_matrix_of_many_labels_shows_those_with_the_most_errors(labels: int) -> None:
    """L0 has the fewest errors, each further label one more; all are found as L29."""
    wrong = [
        dataclasses.replace(TAGS.analysis.confusions[1], gold=f"L{n:02}", found=f"L{labels - 1}", count=n + 1)
        for n in range(labels - 1)
    ]
    page = Page(rendered(changed(TAGS, confusions=tuple(reversed(wrong)))))
    head, *rows = page.tables["upos: confusion matrix"]
    assert head[1:] == [f"L{n}" for n in range(10, 30)] == [row[0] for row in rows]
    assert "Shown are the 20 of 30 labels with the most errors." in page.text
    assert len(page.tables["upos: the most frequent confusions"]) == 1 + 10
