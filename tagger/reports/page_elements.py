"""Values to pieces of an HTML page: escaped text, numbers, tables in boxes of their own, sections, foldable parts.

What is called `content` or `cells` is HTML already; every other text is escaped here.
"""

import re
from collections.abc import Container, Iterable, Sequence

from tagger.records import Estimate
from tagger.writing.html_sentences import escape

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What HTML does not allow in text, and halves of surrogate pairs, which UTF-8 cannot hold."""


def text(value: str) -> str:
    """`value` as it is written in an element or an attribute; what HTML does not allow becomes U+FFFD."""
    return escape(_NO_TEXT.sub("\ufffd", value))


def percent(fraction: float) -> str:
    """A fraction as per cent, as the terminal shows it."""
    return f"{100 * fraction:.2f}"


def signed_percent(fraction: float) -> str:
    """A difference of fractions in points, its sign before it."""
    shown = percent(abs(fraction))
    return shown if float(shown) == 0 else f"{'+' if fraction > 0 else MINUS}{shown}"


def bounds(estimate: Estimate, *, signed: bool = False) -> str:
    """The 95% interval of an estimate."""
    shown = signed_percent if signed else percent
    return f"{shown(estimate.low)} to {shown(estimate.high)}"


def count(number: int, one: str, many: str = "") -> str:
    """A number and what it counts."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def paragraph(content: str, kind: str = "hint") -> str:
    """A paragraph of a style class."""
    return f'<p class="{kind}">{content}</p>\n'


def section(title: str, content: str, *, level: int = 3, name: str = "") -> str:
    """A section below its heading, nothing where it would be empty; `name` is what links point to."""
    if not content:
        return ""
    place = f' id="{name}"' if name else ""
    return f"<section{place}>\n<h{level}>{text(title)}</h{level}>\n{content}</section>\n"


def folded(summary: str, content: str) -> str:
    """A part that is shown when its summary is chosen; on paper it always is."""
    return f"<details>\n<summary>{text(summary)}</summary>\n{content}</details>\n" if content else ""


def scrolling(label: str, content: str) -> str:
    """A box that scrolls sideways, for what is wider than a phone; the keyboard reaches it."""
    return f'<div class="scroll" role="region" aria-label="{text(label)}" tabindex="0">\n{content}</div>\n'


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    left: Container[int] = (),
    groups: Sequence[tuple[str, int]] = (),
) -> str:
    """A table in a box that scrolls sideways; the first cell of a row is its header.

    left: columns that lean left, the first always does. groups: titles above so many columns each, "" for none.
    """
    leaning = [' class="left"' if number in left else "" for number in range(len(columns))]
    leaning[0] = ""
    head = [
        f'<th scope="col"{own}>{text(name)}</th>' if name else "<td></td>"
        for own, name in zip(leaning, columns, strict=True)
    ]
    above = "".join(
        f'<th scope="colgroup" colspan="{size}">{text(name)}</th>' if name else f'<td colspan="{size}"></td>'
        for name, size in groups
    )
    lines = []
    for first, *others in rows:
        cells = zip(leaning[1:], others, strict=True)
        lines.append(
            f'<tr><th scope="row">{first}</th>{"".join(f"<td{own}>{x}</td>" for own, x in cells)}</tr>\n'
        )
    titles = f'<tr class="groups">{above}</tr>\n' if above else ""
    return scrolling(
        caption,
        f'<table>\n<caption class="unseen">{text(caption)}</caption>\n<thead>\n{titles}<tr>{"".join(head)}</tr>\n'
        f"</thead>\n<tbody>\n{''.join(lines)}</tbody>\n</table>\n",
    )
