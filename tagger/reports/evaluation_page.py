"""The records of an evaluation into one HTML page that needs nothing else: no script, no request, no other file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagger.analysis import Speed, TaskAnalysis
from tagger.records import TaskReliability, TaskScores
from tagger.reports.page_curves import learning_curves
from tagger.reports.page_elements import paragraph, section, text
from tagger.reports.page_errors import errors_section
from tagger.reports.page_scores import baselines, by_type, calibration, card, how_sure, known_words
from tagger.reports.page_sentences import PLAIN_CLASSES, label_classes, worst_sentences
from tagger.reports.page_style import style
from tagger.text.plurals import counted

_CURVES, _SPEED, _SIGNATURES = "learning-curves", "speed", "signatures"


@dataclass(frozen=True, slots=True)
class PageTask:
    """What the page tells about one task."""

    scores: TaskScores
    analysis: TaskAnalysis
    reliability: TaskReliability | None  # None: the probabilities were not asked for
    signature: str


def render_page(
    title: str,
    tasks: Sequence[PageTask],
    *,
    speed: Speed | None,
    notes: Sequence[str] = (),
    history: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The page; what there are no records of is left out. The same records give the same page.

    history: the epochs of the model's training, as the lines of history.jsonl have them.
    """
    places = [f"task-{number}" for number in range(1, len(tasks) + 1)]
    curves = learning_curves(history, [task.scores.task for task in tasks])
    below = [(task.scores.task, _task(task), place) for task, place in zip(tasks, places, strict=True)]
    below.append(("Learning curves", curves, _CURVES))
    below.append(("Speed", _speed(speed), _SPEED))
    below.append(("Signatures", _signatures(tasks), _SIGNATURES))
    colours = max([len(PLAIN_CLASSES), *(len(label_classes(task.analysis)) for task in tasks)])
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{text(title)}</title>
<style>
{style(colours)}
</style>
</head>
<body>
<header>
<h1 dir="auto">{text(title)}</h1>
{_contents([(name, place) for name, content, place in below if content])}</header>
<main>
{_notes(notes)}{_headline(tasks, places)}{"".join(section(*part[:2], level=2, name=part[2]) for part in below)}</main>
</body>
</html>
"""


def _contents(parts: Sequence[tuple[str, str]]) -> str:
    """Links to the sections of the page."""
    items = "".join(f'<li><a href="#{place}">{text(name)}</a></li>\n' for name, place in parts)
    return f'<nav aria-label="Contents">\n<ul>\n{items}</ul>\n</nav>\n' if items else ""


def _headline(tasks: Sequence[PageTask], places: Sequence[str]) -> str:
    """A card for each task, what the intervals are, and the baselines."""
    if not tasks:
        return ""
    analyses = [task.analysis for task in tasks]
    both = zip(tasks, places, strict=True)
    cards = "".join(card(task.scores, task.analysis, place) for task, place in both)
    beside = section("Beside simpler methods", baselines(analyses))
    return section("Scores", f'<div class="cards">\n{cards}</div>\n{how_sure(analyses)}{beside}', level=2)


def _task(task: PageTask) -> str:
    """All that is known of one task beside its headline."""
    name = task.scores.task
    return "".join(
        [
            section("Spans by type", by_type(task.scores)),
            errors_section(task.analysis),
            section("Words known and unknown", known_words(name, task.analysis.forms)),
            section("How far probabilities can be believed", calibration(name, task.reliability)),
            section("The worst sentences", worst_sentences(task.analysis)),
        ]
    )


def _speed(speed: Speed | None) -> str:
    if speed is None or not speed.seconds:
        return ""
    rate = f'<p><b class="rate">{speed.tokens_a_second:,.0f}</b> tokens a second</p>\n'
    facts = [
        f"{counted(speed.tokens, 'token')} in {speed.seconds:.2f} s, without reading the data",
        *speed.notes,
    ]
    return rate + paragraph(text("; ".join(facts)))


def _signatures(tasks: Sequence[PageTask]) -> str:
    """What was measured: lines that two people compare. One click selects one of them."""
    lines = "".join(f"<pre>{text(task.signature)}</pre>\n" for task in tasks if task.signature)
    hint = "Equal signatures: the same data, scheme, way of counting, seed and version. A click selects one whole."
    return paragraph(hint) + lines if lines else ""


def _notes(notes: Sequence[str]) -> str:
    items = "".join(f"<li>{text(note)}</li>\n" for note in notes)
    return f'<aside class="notes">\n<h2>Notes</h2>\n<ul>\n{items}</ul>\n</aside>\n' if items else ""
