"""What `check` and `prep` share: options that name the files of a corpus, by its parts, and how these are read."""

from collections.abc import Iterable
from typing import Annotated, Literal

from typer import Option
from typer.models import OptionInfo

from tagger.errors import SettingsError

CORPUS, READING = "Corpora", "How they are read"


def files(text: str) -> OptionInfo:
    """An option that names files of the corpus."""
    option: OptionInfo = Option(help=text, metavar="FILE", rich_help_panel=CORPUS)
    return option


Train = Annotated[list[str] | None, files("Training file; repeat for more.")]
Dev = Annotated[list[str] | None, files("Development file.")]
Test = Annotated[list[str] | None, files("Test file.")]
JoinTrain = Annotated[list[str] | None, files("More tag columns on the tokens of a training file.")]
JoinDev = Annotated[list[str] | None, files("The same for development.")]
JoinTest = Annotated[list[str] | None, files("The same for test.")]
Format = Annotated[
    Literal["auto", "columns", "conllu", "iob2", "jsonl", "dataset"],
    Option("--format", help="Format of the files; auto: by their names.", rich_help_panel=READING),
]
Columns = Annotated[
    str,
    Option(
        help="All columns of a column file (word,pos,-,ner; - leaves one out), or the tag columns to take.",
        metavar="NAME,NAME",
        rich_help_panel=READING,
    ),
]
Maps = Annotated[
    list[str] | None,
    Option(
        "--map",
        help="Rename a tag or a type of spans; O as the new name removes the spans.",
        metavar="[COLUMN:]OLD=NEW",
        rich_help_panel=READING,
    ),
]
InputScheme = Annotated[
    list[str] | None,
    Option(
        help="Scheme of a column (IOB1, IOB2, IOBES, none) instead of what its tags say.",
        metavar="COLUMN=SCHEME",
        rich_help_panel=READING,
    ),
]
WideRows = Annotated[
    Literal["error", "join"],
    Option(help="A row with too many columns: join its first ones as the word.", rich_help_panel=READING),
]


def names_of(text: str | None) -> tuple[str, ...]:
    """The names in "word,pos,ner"."""
    return tuple(name.strip() for name in text.split(",")) if text else ()


def column_schemes(texts: Iterable[str]) -> dict[str, str]:
    """Column -> scheme from `COLUMN=SCHEME`. Raises SettingsError."""
    schemes = {}
    for text in texts:
        column, _, scheme = text.partition("=")
        if not column or not scheme:
            raise SettingsError("--input-scheme", "COLUMN=SCHEME", repr(text), "For example ner=IOB1.")
        schemes[column] = scheme
    return schemes
