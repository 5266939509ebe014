"""Figures to rows, and rows to plain text."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]

TEXT_COLUMNS = {
    "title": "",
    "tasks": "tasks",
    "pos": "POS",
    "ner": "NER F1",
    "copies": "copies",
    "tokens": "tokens",
    "seconds": "seconds",
    "start": "start-up",
    "rate": "tokens/s",
    "ratio": "tagger x",
    "rate_after_start": "after start-up",
    "ratio_after_start": "tagger x",
    "peak_mb": "peak MB",
}
TOKEN_COLUMNS = {
    "title": "",
    "tasks": "tasks",
    "pos": "POS",
    "ner": "NER F1",
    "tokens": "tokens",
    "seconds": "seconds",
    "first_rate": "first pass",
    "rate": "tokens/s",
    "ratio": "tagger x",
    "peak_mb": "peak MB",
}
FORMATS = {
    "pos": "{:.2f}",
    "ner": "{:.2f}",
    "copies": "{:,}",
    "tokens": "{:,.0f}",
    "seconds": "{:.2f}",
    "start": "{:.2f}",
    "rate": "{:,.0f}",
    "rate_after_start": "{:,.0f}",
    "first_rate": "{:,.0f}",
    "ratio": "{:.1f}",
    "ratio_after_start": "{:.1f}",
    "peak_mb": "{:,.0f}",
}


def text_figures(figures: Mapping[str, float], start: float) -> Row:
    """Tokens a second of the whole process and of what is left without the seconds of its start-up."""
    seconds, tokens = figures["seconds"], figures["tokens"]
    return {
        "tokens": tokens,
        "seconds": seconds,
        "cpu_seconds": figures["cpu_seconds"],
        "start": start,
        "rate": rate(tokens, seconds),
        "rate_after_start": rate(tokens, seconds - start),
        "peak_mb": figures["peak_mb"],
    }


def token_figures(figures: Mapping[str, float], passes: int) -> Row:
    """Tokens a second of the first pass over the sentences, and of all of them."""
    tokens = figures["tokens"] * passes
    return {
        "tokens": tokens,
        "seconds": figures["pass_seconds"],
        "cpu_seconds": figures["cpu_seconds"],
        "first_rate": rate(figures["tokens"], figures["first_seconds"]),
        "rate": rate(tokens, figures["pass_seconds"]),
        "peak_mb": figures["peak_mb"],
    }


def rate(tokens: float, seconds: float) -> float | None:
    """Tokens a second; None where the time is too short to be told from none."""
    return tokens / seconds if seconds > 0 else None


def add_ratios(rows: Sequence[Row], keys: Mapping[str, str]) -> None:
    """How many times as fast the first row is as each, by the rates that `keys` names: rate -> ratio."""
    for row in rows:
        for key, ratio in keys.items():
            ours, theirs = rows[0][key], row[key]
            row[ratio] = ours / theirs if ours and theirs else None


def render(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """The rows as text: the first two columns to the left, numbers to the right, "-" for what there is not."""
    cells = [list(columns.values()), *([cell(row, key) for key in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        parts = [
            text.ljust(width) if at < 2 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def cell(row: Row, key: str) -> str:
    """One value as text."""
    value = row.get(key)
    return "-" if value is None else FORMATS.get(key, "{}").format(value)
