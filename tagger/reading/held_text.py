"""Decoded text that waits until there is a place to cut it, cut into pieces; and the places in lines and blocks."""

from collections.abc import Callable, Iterable, Iterator

from tagger.reading.pieces import Piece
from tagger.text.lines import BLANK

LastEnd = Callable[[str], int]
"""Where a text can be cut: behind its last end of a line, a sentence, a paragraph; 0 if it has none."""


class HeldText:
    """The text that is in no piece yet."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.line, self.offset = 1, 0  # of its first character in the input
        self.size = 0  # characters
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        """Hold more."""
        self._parts.append(text)
        self.size += len(text)

    @property
    def text(self) -> str:
        """All that is held."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def cut(self, at: int, head: object = None) -> Piece:
        """The first `at` characters, which are no longer held, as a piece."""
        text = self.text
        piece = Piece(text[:at], self.path, self.line, self.offset, head)
        self.line += text.count("\n", 0, at)
        self.offset += at
        self.size -= at
        self._parts = [text[at:]]
        return piece


def cut_at_ends(
    chunks: Iterable[str],
    held: HeldText,
    *,
    last_end: LastEnd,
    force: Callable[[HeldText], int],
    piece: int,
    head: object = None,
) -> Iterator[Piece | None]:
    """What is held and what the chunks add to it, in pieces of about `piece` characters; a pause gives all it can.

    force: where to cut what has no end in it, 0 while it may grow. An empty chunk is a pause, and comes as None.
    """

    def ready() -> Iterator[Piece]:
        while at := last_end(held.text) or force(held):
            yield held.cut(at, head)

    enough = piece
    if held.size >= enough:
        yield from ready()
    for chunk in chunks:
        held.add(chunk)
        if not chunk:
            yield from ready()
            yield None
        elif held.size >= enough:
            yield from ready()
            enough = max(piece, held.size * 5 // 4)  # so that no text is searched again and again
    if held.size:
        yield held.cut(held.size, head)


def line_end(text: str) -> int:
    """The index behind the last line end, 0 if there is none."""
    return text.rfind("\n") + 1


def space_within(text: str, bound: int) -> int:
    """Where a line without end is cut: behind the last white space of the first `bound` characters, or behind them."""
    return max(text.rfind(space, 0, bound) for space in BLANK) + 1 or bound
