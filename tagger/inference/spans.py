"""What tagging gives back: sentences with tags and probabilities, and the spans that the tags mark."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from tagger.inference.probabilities import Evidence
from tagger.text.schemes import spans_of


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring tokens with one label, such as an entity."""

    label: str
    start: int  # number of the first token in its sentence
    end: int  # number of the token after the last
    start_char: int  # offset of the first character, counted as the sentence's `starts`
    end_char: int  # offset after the last character
    text: str
    probability: float | None = None  # that exactly these tags stand on these tokens; None if not asked for


class TaggedSentence:
    """A sentence and its tags, a list for each task.

    Offsets count characters: of the text that was tagged, or of " ".join(tokens) where ready tokens were.
    """

    __slots__ = ("_ends", "_evidence", "_schemes", "_starts", "_text", "tags", "tokens")

    def __init__(
        self,
        tokens: list[str],
        tags: dict[str, list[str]],
        schemes: Mapping[str, str],
        *,
        starts: list[int] | None = None,
        ends: list[int] | None = None,
        text: str | None = None,
        evidence: dict[str, Evidence] | None = None,
    ) -> None:
        """Without `starts`, `ends` and `text` the sentence is " ".join(tokens)."""
        self.tokens = tokens
        self.tags = tags
        self._schemes = schemes
        self._starts = starts
        self._ends = ends
        self._text = text
        self._evidence = evidence

    @property
    def starts(self) -> list[int]:
        """The offset of each token's first character."""
        if self._starts is None:
            self._starts = [end - len(token) for token, end in zip(self.tokens, self.ends, strict=True)]
        return self._starts

    @property
    def ends(self) -> list[int]:
        """The offset after each token's last character."""
        if self._ends is None:
            sums = accumulate(len(token) + 1 for token in self.tokens)
            self._ends = [end - 1 for end in sums]
        return self._ends

    @property
    def text(self) -> str:
        """The text from the first token to the last, as it stood."""
        return " ".join(self.tokens) if self._text is None else self._text

    @property
    def probabilities(self) -> dict[str, list[float]] | None:
        """The probability of each tag as chosen, left out since or not, a list for each task; None if not asked for.

        Word-level tasks: softmax of the token's scores; sentence-level tasks: the share of the tag among all paths. All
        scores are first divided by the task's temperature.
        """
        if self._evidence is None:
            return None
        return {task: evidence.tokens() for task, evidence in self._evidence.items()}

    @property
    def evidence(self) -> Mapping[str, Evidence] | None:
        """What the probabilities of tags and spans come from; None if they were not asked for."""
        return self._evidence

    def spans(self, task: str) -> list[Span]:
        """The spans that the tags of `task` mark, from left to right; none where its tags mark no spans."""
        evidence = self._evidence[task] if self._evidence is not None else None
        origin = self.starts[0] if self.tokens else 0
        result = []
        for start, end, label in spans_of(self.tags[task], self._schemes[task]):
            first, last = self.starts[start], self.ends[end - 1]
            text = self.text[first - origin : last - origin]
            probability = evidence.segment(start, end) if evidence is not None else None
            result.append(Span(label, start, end, first, last, text, probability))
        return result

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"TaggedSentence({self.text!r}, tags={self.tags!r})"
