"""`tagger neighbours`: which words a model holds for alike."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option


def neighbours(
    model: Annotated[
        Path, Argument(metavar="MODEL", help="A folder that `tagger train`, `pretrain` or `finetune` wrote.")
    ],
    words: Annotated[
        list[str],
        Argument(
            metavar="WORD...", help="Words to look up, or - for words on stdin, separated by white space."
        ),
    ],
    count: Annotated[int, Option("--count", "-n", min=1, max=1000, help="Nearest words of each word.")] = 10,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Show the words nearest to some words, by the cosine of their vectors in the model's word table."""
    from tagger.recipes.neighbours import find_neighbours, neighbours_as_json
    from tagger.reports.console import print_json, print_message
    from tagger.reports.neighbours import print_neighbours

    report = find_neighbours(model, words, count=count)
    if as_json:
        print_json(neighbours_as_json(report))
    else:
        print_neighbours(neighbours_as_json(report))
    for word in report.unknown:
        print_message(f"note: {word}")
