"""Panels to a picture, PNG or SVG: the only file that knows matplotlib. The same panels give the same SVG."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullLocator

from tagger.evaluation.course import in_depth_order
from tagger.reports.curves import Line, Page, Panel

PANEL_WIDTH, PANEL_HEIGHT = 3.9, 2.7  # inches
MIN_WIDTH = 8.5  # inches, so that the legend fits
DPI = 150
BAND_COLOUR = "#EAF1DD"
SHORT_NUMBERS = (1e-4, 1e4)
"""Numbers on a logarithmic axis that are written out instead of as powers of ten."""
MARKED_POINTS = 15
"""Curves of at most so many epochs show a dot at each."""

STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that a picture looks the same everywhere
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "legend.frameon": False,
    "figure.constrained_layout.w_pad": 0.08,  # inches
    "figure.constrained_layout.h_pad": 0.06,
    "svg.hashsalt": "tagger",
}


def draw(page: Page, kind: str) -> bytes:
    """The picture of `page` as a file of that kind, "png" or "svg"."""
    with rc_context(STYLE):
        figure = _figure(page)
        target = BytesIO()
        nothing = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
        figure.savefig(target, format=kind, dpi=DPI, metadata=nothing[kind])
    return target.getvalue()


def _figure(page: Page) -> Figure:
    blocks = [rows for rows in (page.tasks, page.layers) if rows]
    width = max(MIN_WIDTH, PANEL_WIDTH * max(len(row) for rows in blocks for row in rows))
    heights = [PANEL_HEIGHT * len(rows) + 0.4 for rows in blocks]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    parts = figure.subfigures(len(blocks), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, rows in zip(parts, blocks, strict=True):
        legend = _run_legend(page) if rows is blocks[0] else {}
        _block(part, rows, {**legend, **_layer_legend(rows)})
    return figure


def _block(part: SubFigure, rows: Sequence[Sequence[Panel]], legend: Mapping[str, Artist]) -> None:
    """Rows of panels below a legend."""
    columns = max(2, *map(len, rows))
    axes = part.subplots(len(rows), columns, squeeze=False)
    for row, panels in enumerate(rows):
        for column in range(columns):
            if column < len(panels):
                if panels[column].shared and row:
                    axes[row, column].sharey(axes[0, column])
                _panel(axes[row, column], panels[column], below=row == len(rows) - 1)
            else:
                axes[row, column].set_visible(False)
    if legend:
        part.legend(legend.values(), legend.keys(), loc="outside upper left", ncols=min(len(legend), 8))


def _panel(axes: Axes, panel: Panel, *, below: bool) -> None:
    axes.set_title(panel.title)
    axes.set_ylabel(panel.unit)
    if below:
        axes.set_xlabel("epoch")
    if panel.logarithmic:
        _logarithmic(axes, panel)
    for line in panel.lines:
        _line(axes, line)
    if panel.band:
        axes.axhspan(*panel.band, color=BAND_COLOUR, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    axes.margins(x=0.03)


def _logarithmic(axes: Axes, panel: Panel) -> None:
    """A logarithmic axis with numbers between the powers of ten where there are few of these."""
    values = [value for line in panel.lines for _, value in line.curve if value > 0]
    if not values:  # nothing that has a logarithm, such as the gradients of dead units
        return
    narrow = max(values) < 100 * min(values)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0,), numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())
    if min(values) >= SHORT_NUMBERS[0] and max(values) <= SHORT_NUMBERS[1]:
        axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))


def _line(axes: Axes, line: Line) -> None:
    epochs, values = zip(*line.curve, strict=True)
    dots: dict[str, Any] = (
        {"marker": "o", "markersize": 3} if len(epochs) <= MARKED_POINTS and not line.faint else {}
    )
    axes.plot(
        epochs,
        values,
        color=line.colour,
        linestyle=(0, (4, 2)) if line.dashed else "-",
        linewidth=0.9 if line.faint else 1.4 if line.dashed else 2.0,
        **dots,
    )
    for epoch, value in line.curve:
        if epoch == line.mark:
            axes.plot(epoch, value, **_MARK, color=line.colour)


_MARK: dict[str, Any] = {
    "marker": "o",
    "markersize": 9,
    "markeredgecolor": "white",
    "markeredgewidth": 1.5,
    "linestyle": "",
    "zorder": 5,
}


def _run_legend(page: Page) -> dict[str, Artist]:
    """A colour a run, then what the strokes mean."""
    legend: dict[str, Artist] = {
        name: Line2D([], [], color=colour, linewidth=4) for name, colour in page.runs.items()
    }
    drawn = [line for row in page.tasks for panel in row for line in panel.lines]
    stroke = "#444444" if len(page.runs) > 1 else next(iter(page.runs.values()))
    if any(not line.dashed for line in drawn):
        legend["development"] = Line2D([], [], color=stroke, linewidth=2)
    if any(line.dashed for line in drawn):
        legend["training"] = Line2D([], [], color=stroke, linewidth=1.4, linestyle=(0, (4, 2)))
    if any(line.mark for line in drawn):
        legend["best epoch"] = Line2D([], [], color=stroke, **_MARK)
    return legend


def _layer_legend(rows: Sequence[Sequence[Panel]]) -> dict[str, Artist]:
    """A colour a layer, the faint ones last, and the shade of a band."""
    panels = [panel for row in rows for panel in row]
    lines = [line for panel in panels for line in panel.lines if line.label]
    drawn = {line.label: line for line in sorted(lines, key=lambda line: line.faint)}
    ordered = [name for name in in_depth_order(drawn) if not drawn[name].faint]
    legend: dict[str, Artist] = {
        name: Line2D([], [], color=drawn[name].colour, linewidth=1 if drawn[name].faint else 2)
        for name in dict.fromkeys([*ordered, *drawn])
    }
    if any(panel.band for panel in panels):
        legend["usual ratio"] = Patch(color=BAND_COLOUR)
    return legend
