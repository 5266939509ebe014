"""What happens to a sentence that cannot be read: stop at the first error, or leave it out, count it and go on."""

from collections import Counter
from typing import Literal

from tagger.errors import DataError

OnError = Literal["stop", "skip"]


class Problems:
    """The errors of one file under a policy.

    `counts` holds how often each kind occurred and `examples` the first message of each kind; `dropped` the place
    (from 0) that each sentence left out had in the file, and `dropped_ids` their ids where they had one. With `every`,
    readers go on and `errors` holds every kind and error.
    """

    def __init__(self, on_error: OnError = "stop", *, every: bool = False) -> None:
        self.skip = on_error == "skip" or every
        self.every = every  # keep all errors, also those behind the first of a sentence
        self.errors: list[tuple[str, DataError]] = []
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.dropped: set[int] = set()
        self.dropped_ids: set[str] = set()

    def report(self, kind: str, error: DataError) -> None:
        """Raise `error`, or count it as one of `kind` where the policy is to go on."""
        if not self.skip:
            raise error
        if self.every:
            self.errors.append((kind, error))
        self.counts[kind] += 1
        self.examples.setdefault(kind, str(error))

    def drop(self, place: int, sentence_id: str = "") -> None:
        """Remember that sentence number `place` of the file is left out."""
        self.dropped.add(place)
        if sentence_id:
            self.dropped_ids.add(sentence_id)
