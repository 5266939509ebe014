"""The look of a page of tagged text: its style sheet, and a colour for each label by its place in the model's list.

Light and dark by what the reader's system prefers; print is always light. Letters have a contrast of at least 4.5 with
what is behind them (WCAG 2, level AA) in every colour.
"""

from collections.abc import Iterable
from colorsys import hls_to_rgb

from tagger.text.schemes import split_tag
from tagger.writing.layout import Layout

GOLDEN_ANGLE = 137.508  # degrees: any number of hues in a row lie well apart
FIRST_HUE = 210.0  # blue

_STYLE = """\
:root { --page: #ffffff; --ink: #1b1b1b; --dim: #595959; --rule: #c8c8c8; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 48rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 1.0625rem/1.9 Georgia, "Times New Roman", serif; }
header, small, rt { font-family: system-ui, sans-serif; }
header { border-bottom: 1px solid var(--rule); margin-bottom: 1.5rem; padding-bottom: .75rem; line-height: 1.6; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: .3rem .5rem; margin: 0; font-size: .875rem; }
dt { color: var(--dim); }
dd { margin: 0; }
dd + dt { margin-inline-start: .75rem; }
p { margin: 0 0 1.9em; white-space: pre-wrap; overflow-wrap: break-word; unicode-bidi: plaintext; }
p:has(rt) { line-height: 2.6; }
@media screen { p { content-visibility: auto; contain-intrinsic-size: auto 8em; overflow-clip-margin: 1em; } }
p:empty { display: none; }
hr { border: 0; border-top: 1px solid var(--rule); margin: 1.5rem 0; }
mark, u { -webkit-box-decoration-break: clone; box-decoration-break: clone; }
mark { background: var(--fill); color: var(--ink); border: 1px solid var(--line); border-radius: .3em;
  padding: .1em .2em; }
u { text-decoration: underline .14em var(--line); text-underline-offset: .22em; }
small { color: var(--text); white-space: nowrap; font-size: .6875em; font-weight: 600; margin: 0 .3em;
  unicode-bidi: isolate; -webkit-user-select: none; user-select: none; }
ruby { ruby-position: under; white-space: nowrap; }
rt { color: var(--dim); font-size: .6em; line-height: 1.4; padding: .4em .2em 0;
  -webkit-user-select: none; user-select: none; }
"""
_DARK = ":root { --page: #161616; --ink: #ececec; --dim: #a8a8a8; --rule: #444444; }\n"
_PRINT = """\
@media print {
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  @page { margin: 2cm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 12pt; }
  p { orphans: 3; widows: 3; }
  mark, ruby, dd { break-inside: avoid; }
}"""


def span_classes(layout: Layout) -> dict[tuple[str, str], str]:
    """The style class of each label of each task with spans, in the model's order."""
    kinds = [
        (task, mark[1])
        for task in layout.spans
        for label in layout.labels[task]
        if (mark := split_tag(label)) and mark[0] != "O"
    ]
    return {kind: f"k{number}" for number, kind in enumerate(dict.fromkeys(kinds))}


def style(layout: Layout) -> str:
    """The style sheet of a page."""
    light, dark = label_rules(span_classes(layout).values())
    in_dark = f"@media screen and (prefers-color-scheme: dark) {{\n{_DARK}{dark}}}\n"
    return f"{_STYLE}{light}{in_dark}{_PRINT}"


def label_rules(classes: Iterable[str]) -> tuple[str, str]:
    """The rules that give each class its colours --fill, --line and --text: on a light and on a dark page."""
    light, dark = [], []
    for number, name in enumerate(classes):
        hue = (FIRST_HUE + number * GOLDEN_ANGLE) % 360
        light.append(
            _colours(name, fill=_rgb(hue, 0.88, 0.8), line=_rgb(hue, 0.42, 0.6), text=_rgb(hue, 0.2, 0.9))
        )
        dark.append(
            _colours(name, fill=_rgb(hue, 0.2, 0.5), line=_rgb(hue, 0.55, 0.5), text=_rgb(hue, 0.85, 0.7))
        )
    return "".join(light), "".join(dark)


def _colours(name: str, **colours: str) -> str:
    """The rule that sets the colours of a class."""
    return f".{name} {{ {' '.join(f'--{part}: {colour};' for part, colour in colours.items())} }}\n"


def _rgb(hue: float, lightness: float, saturation: float) -> str:
    """A colour as #rrggbb; hue in degrees, the others from 0 to 1."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in hls_to_rgb(hue / 360, lightness, saturation))
