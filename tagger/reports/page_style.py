"""The look of the page of an evaluation: one style sheet for screen, phone and paper, light and dark.

Letters have a contrast of at least 4.5 with what is behind them, bars and lines of at least 3 (WCAG 2, level AA).
Kinds of errors differ in lightness as much as in hue, so that colour-blind eyes tell them apart, and on grey paper too.
"""

from tagger.writing.html_style import label_rules

_LIGHT = """\
:root { --page: #ffffff; --panel: #f6f7f9; --ink: #1b1b1b; --dim: #595959; --rule: #c8c8c8; --soft: #e6e6e6;
  --shade: #c8c8c8; --accent: #15599c; --train: #b8470a; --dev: #15599c;
  --missed: #0a3d78; --spurious: #2f8fd8; --type: #b3261e; --span: #c98500; --both: #757575; }
.matrix .heat1 { background: #fdf0e4; color: #1b1b1b; } .matrix .heat2 { background: #f9d9bb; color: #1b1b1b; }
.matrix .heat3 { background: #f3b98a; color: #1b1b1b; } .matrix .heat4 { background: #e59152; color: #1b1b1b; }
.matrix .heat5 { background: #a8480d; color: #ffffff; } .matrix .heat6 { background: #752d04; color: #ffffff; }
"""
_DARK = """\
:root { --page: #161616; --panel: #1f2023; --ink: #ececec; --dim: #a8a8a8; --rule: #444444; --soft: #303030;
  --shade: #000000; --accent: #7db8f0; --train: #f0945a; --dev: #7db8f0;
  --missed: #3f83d6; --spurious: #a9d6ff; --type: #f0653e; --span: #ffd24a; --both: #8f8f8f; }
.matrix .heat1 { background: #33220f; color: #ececec; } .matrix .heat2 { background: #4d2c0f; color: #ececec; }
.matrix .heat3 { background: #6e3a10; color: #ececec; } .matrix .heat4 { background: #954a10; color: #ffffff; }
.matrix .heat5 { background: #e88b45; color: #161616; } .matrix .heat6 { background: #ffc48f; color: #161616; }
"""
_SHAPES = """\
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 66rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1, h2, h3, h4 { line-height: 1.25; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .75rem; }
h2 { font-size: 1.375rem; margin: 3rem 0 1rem; padding-top: .75rem; border-top: 2px solid var(--accent); }
h3 { font-size: 1.0625rem; margin: 2rem 0 .5rem; }
h4 { font-size: .9375rem; margin: 1.25rem 0 .25rem; }
p, ul { margin: 0 0 .75rem; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; }
nav a { display: inline-block; padding: .25rem 0; }
.hint { color: var(--dim); font-size: .875rem; max-width: 46rem; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.notes { border-inline-start: 3px solid var(--accent); background: var(--panel); margin: 1rem 0; padding: .75rem 1rem;
  overflow-wrap: anywhere; }
.notes h2 { margin: 0 0 .25rem; padding: 0; border: 0; font-size: 1rem; }
.notes ul { margin: 0; padding-inline-start: 1.1rem; }

.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 1rem;
  margin-bottom: .75rem; }
.card { background: var(--panel); border: 1px solid var(--soft); border-radius: .5rem; padding: 1rem 1.25rem; }
.card h3 { margin: 0; }
.card p { margin: 0; }
.big { font-size: 2.75rem; font-weight: 650; line-height: 1.15; letter-spacing: -.02em; }
.big, table, .bounds, dd, text { font-variant-numeric: tabular-nums; }
.measure { color: var(--dim); font-size: .875rem; }
.interval { font-weight: 600; font-size: .9375rem; }
.interval span { color: var(--dim); font-weight: 400; font-size: .875rem; }
.rate { font-size: 1.5rem; }
.card dl { margin: .75rem 0 0; padding-top: .5rem; border-top: 1px solid var(--soft); font-size: .875rem; }
.card dl div { display: flex; justify-content: space-between; gap: 1rem; }
dt { color: var(--dim); }
dd { margin: 0; }

.scroll { overflow-x: auto; padding-inline-end: 1px; margin: 0 0 .75rem; max-width: 100%; background:
  linear-gradient(90deg, var(--page) 1rem, transparent) 0 0 / 3rem 100% no-repeat local,
  linear-gradient(270deg, var(--page) 1rem, transparent) 100% 0 / 3rem 100% no-repeat local,
  linear-gradient(90deg, var(--shade), transparent) 0 0 / .75rem 100% no-repeat scroll,
  linear-gradient(270deg, var(--shade), transparent) 100% 0 / .75rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { padding: .3rem .7rem; text-align: end; white-space: nowrap; }
th { font-weight: 600; }
thead th { color: var(--dim); font-weight: 500; vertical-align: bottom; border-bottom: 1px solid var(--rule); }
thead td { border-bottom: 1px solid var(--rule); }
.groups th { text-align: center; border-bottom: 0; }
.groups td { border-bottom: 0; }
tbody tr + tr > * { border-top: 1px solid var(--soft); }
th:first-child, .left { text-align: start; }
th:first-child { position: sticky; inset-inline-start: 0; background: var(--page); padding-inline-start: 0; }

svg { display: block; overflow: visible; }
.bar { width: 8rem; height: .75rem; }
.bar rect { stroke: var(--page); stroke-width: 1px; }
.whole .bar { width: 100%; height: 1.5rem; margin-bottom: .75rem; }
.whisker { width: 10rem; height: 1rem; }
.whisker line { stroke: var(--dim); stroke-width: 2px; }
.whisker circle { fill: var(--dim); }
.whisker.own line { stroke: var(--accent); }
.whisker.own circle { fill: var(--accent); }
rect.plain { fill: var(--accent); }
.missed { fill: var(--missed); } .spurious { fill: var(--spurious); } .wrong_type { fill: var(--type); }
.wrong_span { fill: var(--span); } .wrong_both { fill: var(--both); }
.key { display: inline-block; width: 1.5rem; height: .8rem; vertical-align: -.05rem; }
li .key { width: .8rem; }
.legend { color: var(--dim); font-size: .875rem; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.legend b { color: var(--ink); }
ul.legend { list-style: none; padding: 0; display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem 2rem; }
figure { margin: 0; min-width: 0; }
.charts figcaption { font-size: .875rem; color: var(--dim); margin-bottom: .25rem; }
.charts b { color: var(--ink); }
.chart { width: 100%; height: auto; max-width: 26rem; }
.square { max-width: 21rem; }
.chart text { font-size: 11px; fill: var(--dim); text-anchor: middle; }
.chart .up { text-anchor: end; }
.grid { stroke: var(--soft); }
.diagonal { stroke: var(--dim); stroke-dasharray: 2 4; }
polyline { fill: none; stroke-width: 2px; stroke-linejoin: round; }
.train { stroke: var(--train); stroke-dasharray: 6 4; }
.dev { stroke: var(--dev); }
line.train, line.dev { stroke-width: 2px; }
circle.train, circle.dev { fill: var(--page); stroke-width: 2px; stroke-dasharray: none; }
circle.few { fill: var(--page); stroke: var(--dev); }
.bin { fill: var(--dev); stroke: var(--page); }

.beside { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: start; }
.beside > div { max-width: 100%; }
.beside .hint { width: 0; min-width: 100%; }
.matrix { border-collapse: separate; border-spacing: 2px; font-size: .75rem; }
.matrix th, .matrix td { border: 0; padding: .25rem .4rem; text-align: center; min-width: 2.3rem; }
.matrix td { background: var(--panel); border-radius: .2rem; }
.matrix .right { color: var(--dim); background: var(--soft); }
.matrix tbody th { text-align: end; color: var(--ink); padding-inline-start: .2rem; }
.matrix thead th { position: static; color: var(--ink); font-weight: 600; }
.matrix .corner { background: none; color: var(--dim); text-align: start; vertical-align: bottom; }
.long { writing-mode: vertical-rl; transform: rotate(180deg); }

.sentence { border: 1px solid var(--soft); border-radius: .5rem; padding: .6rem .9rem .4rem; margin: 0 0 .75rem; }
.sentence figcaption { color: var(--dim); font-size: .8125rem; overflow-wrap: anywhere; }
.sentence p { margin: .25rem 0; font: 1.0625rem/1.75 Georgia, "Times New Roman", serif; overflow-wrap: anywhere; }
.w { display: inline-grid; max-width: 100%; line-height: 1.5rem; margin-block: .2rem; }
.w > * { grid-area: 1 / 1; }
.w > span { align-self: baseline; padding-block: 1.3rem; white-space: break-spaces; min-width: 0; }
.keep { white-space: nowrap; }
.keep .w { max-width: none; }
.keep .w > span { white-space: pre; }
bdi { height: 1.2rem; font: 600 .6875rem/1.2rem system-ui, sans-serif; white-space: nowrap; position: relative;
  padding: 0 .1rem; color: var(--text); -webkit-user-select: none; user-select: none; }
.gold { align-self: start; border-bottom: 2px solid var(--line); }
.found { align-self: end; border-top: 2px solid var(--line); }
.wrong { background: var(--fill); color: var(--ink); padding: 0 .3rem; }
.last { margin-inline-end: .28rem; }
.over { position: absolute; z-index: 1; }

details { margin: 0 0 .75rem; }
summary { cursor: pointer; color: var(--accent); padding: .25rem 0; width: fit-content; }
details[open] > summary { margin-bottom: .5rem; }
pre { margin: 0 0 .5rem; padding: .6rem .8rem; background: var(--panel); border: 1px solid var(--soft);
  border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; font: .8125rem/1.5 ui-monospace, monospace;
  -webkit-user-select: all; user-select: all; }
@media (max-width: 30rem) {
  th, td { padding: .3rem .35rem; }
  table { font-size: .8125rem; }
  .bar { width: 6rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
"""
_PRINT = """\
@media print {
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  @page { margin: 1.5cm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav, summary { display: none; }
  details::details-content { content-visibility: visible; height: auto; }
  .scroll { overflow: visible; }
  .card, .sentence, .charts figure, tr, pre { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  th, td { padding: .15rem .4rem; }
  table { font-size: 8pt; }
  .matrix { font-size: 6.5pt; }
  .matrix th, .matrix td { padding: .1rem .15rem; min-width: 0; }
}"""


def style(labels: int) -> str:
    """The style sheet of a page that marks words in so many colours: classes k0, k1, ..."""
    light, dark = label_rules(f"k{number}" for number in range(labels))
    in_dark = f"@media screen and (prefers-color-scheme: dark) {{\n{_DARK}{dark}}}\n"
    return f"{_SHAPES}{_LIGHT}{light}{in_dark}{_PRINT}"
