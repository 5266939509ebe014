"""Statistics of a prepared corpus to text: aligned tables for a terminal or a pipe, Markdown for the data card."""

from collections.abc import Mapping, Sequence

from tagger.text.statistics import SplitStatistics

Table = list[list[str]]

MOST_LABELS = 25
"""Labels of a plain tag column that the data card lists one by one."""


def size_table(statistics: Mapping[str, SplitStatistics]) -> Table:
    """Sentences, tokens and forms of each split, and how much of it training has not seen."""
    table = [["split", "sentences", "tokens", "forms", "unseen forms", "unseen tokens"]]
    for name, split in statistics.items():
        sizes = [f"{n:,}" for n in (split.sentences, split.tokens, split.forms)]
        table.append(
            [name, *sizes, _share(split.unseen_forms, split.forms), _share(split.unseen_tokens, split.tokens)]
        )
    return table


def column_table(statistics: Mapping[str, SplitStatistics], schemes: Mapping[str, str]) -> Table:
    """Labels of each column, and its entities where it marks spans."""
    table = [["column", "scheme", "", *statistics]]
    for column, scheme in schemes.items():
        table.append([column, scheme, "labels", *(f"{len(s.labels[column]):,}" for s in statistics.values())])
        if any(column in split.entities for split in statistics.values()):
            table.append(_entity_row("entities", column, statistics, None))
            kinds = dict.fromkeys(kind for s in statistics.values() for kind in s.entities.get(column, {}))
            table.extend(
                _entity_row(f"  {kind}" if kind else "  (no type)", column, statistics, kind)
                for kind in kinds
            )
    return table


def label_table(column: str, statistics: Mapping[str, SplitStatistics]) -> Table:
    """Tokens of each label of a column."""
    labels = list(dict.fromkeys(label for split in statistics.values() for label in split.labels[column]))
    table = [[column, *statistics]]
    table += [
        [label, *(f"{split.labels[column].get(label, 0):,}" for split in statistics.values())]
        for label in labels[:MOST_LABELS]
    ]
    if len(labels) > MOST_LABELS:
        table.append([f"and {len(labels) - MOST_LABELS} more", *("" for _ in statistics)])
    return table


def aligned(table: Table) -> str:
    """A table as plain text: words on the left of their column, numbers on the right."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    right = [all(not row[i] or row[i][0].isdigit() for row in table[1:]) for i in range(len(table[0]))]
    lines = (
        "  ".join(
            cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True)
        )
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)


def markdown(table: Table) -> str:
    """A table in Markdown."""
    rows = ["| " + " | ".join(cell.strip().replace("|", "\\|") for cell in row) + " |" for row in table]
    return "\n".join([rows[0], "|" + "---|" * len(table[0]), *rows[1:]])


def data_card(
    statistics: Mapping[str, SplitStatistics],
    schemes: Mapping[str, str],
    *,
    sources: Sequence[Mapping[str, str]],
    notes: Sequence[str],
    command: str,
    licence: str,
    fingerprint: str,
) -> str:
    """The README.md of a prepared folder. sources: split, path, schemes and sha256 of each file."""
    table = [["split", "file", "schemes found", "sha256"]]
    table += [[source[key] for key in ("split", "path", "schemes", "sha256")] for source in sources]
    tables = [label_table(column, statistics) for column, scheme in schemes.items() if scheme == "none"]
    parts = [
        "# Prepared corpus",
        "Tagged sentences as a `datasets.DatasetDict`; `tagger train` and `datasets.load_from_disk(FOLDER)` read it.",
        f"Licence: {licence or 'not stated; that of the sources holds'}",
        "## Sizes",
        markdown(size_table(statistics)),
        "## Columns",
        markdown(column_table(statistics, schemes)),
        *(markdown(table) for table in tables),
        "## Sources",
        markdown(table),
        "## How it was made",
        f"```\n{command}\n```",
        "\n".join(f"- {note}" for note in notes),
        f"Fingerprint of tokens and tags (SHA-256): `{fingerprint}`",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _entity_row(
    title: str, column: str, statistics: Mapping[str, SplitStatistics], kind: str | None
) -> list[str]:
    counts = [split.entities.get(column, {}) for split in statistics.values()]
    return ["", "", title, *(f"{sum(c.values()) if kind is None else c.get(kind, 0):,}" for c in counts)]


def _share(part: int | None, whole: int) -> str:
    return "" if part is None else f"{part:,} ({part / max(whole, 1):.1%})"
