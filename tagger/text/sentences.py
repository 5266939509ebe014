"""What every reader yields and everything else takes: a sentence of tokens with its tag columns."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Sentence:
    """Tokens of one sentence and, for each tag column, one tag a token.

    `tags` maps a column name ("pos", "ner", "upos", ...) to as many strings as there are tokens.
    `lines` holds the line of each token in `path` (empty where the source has none, e.g. a dataset row).
    """

    tokens: list[str]
    tags: dict[str, list[str]] = field(default_factory=dict)
    id: str = ""  # sent_id of the source, if it has one
    document: str = ""  # name or number of the document that the sentence stands in, if known
    path: str = ""  # file or dataset that it was read from
    lines: list[int] = field(default_factory=list)

    def line(self, token: int = 0) -> int | None:
        """The line of token number `token`, or None where the source has no lines."""
        return self.lines[token] if token < len(self.lines) else None
