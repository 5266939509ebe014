"""Gold sentences, tagged: the tags of each task, and how far their probabilities and those of spans can be believed."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter

from tagger.evaluation.calibration import reliability
from tagger.inference.spans import TaggedSentence
from tagger.records import Reliability, TaskReliability
from tagger.saved import TaskDescription
from tagger.text.schemes import NONE, spans_of

Tags = list[list[str]]


class TaggedGold:
    """What a model finds in sentences whose gold tags of one task are known; of probabilities a number a choice."""

    def __init__(self, task: TaskDescription, gold: Sequence[Sequence[str]]) -> None:
        self.task = task
        self.tags: Tags = []
        self._gold = gold
        self._tokens, self._spans = _Choices(), _Choices()

    def add(self, sentence: TaggedSentence) -> None:
        """The next sentence, tagged with probabilities."""
        gold, found = self._gold[len(self.tags)], sentence.tags[self.task.name]
        self.tags.append(found)
        chances = (sentence.probabilities or {})[self.task.name]
        self._tokens.add(chances, (one == other for one, other in zip(gold, found, strict=True)))
        if self.task.scheme != NONE and (spans := sentence.spans(self.task.name)):
            known = set(spans_of(gold, self.task.scheme))
            right = [(span.start, span.end, span.label) in known for span in spans]
            self._spans.add((span.probability or 0.0 for span in spans), right)

    @property
    def chances(self) -> Sequence[float]:
        """The probability of each tag found, of all sentences so far."""
        return self._tokens.chances

    def reliability(self) -> TaskReliability:
        """Of the tags of tokens; of the spans that were found, where the task has any."""
        spans = self._spans.reliability() if self.task.scheme != NONE else None
        return TaskReliability(self._tokens.reliability(), spans)


class _Choices:
    """Probabilities and whether each was right, in few bytes."""

    def __init__(self) -> None:
        self.chances, self._right = array("d"), array("b")

    def add(self, chances: Iterable[float], right: Iterable[bool]) -> None:
        self.chances.extend(chances)
        self._right.extend(right)

    def reliability(self) -> Reliability:
        return reliability(self.chances, self._right)


class Stopwatch:
    """The time that sentences take to come, and their tokens; what is done between two of them does not count."""

    def __init__(self) -> None:
        self.seconds, self.tokens = 0.0, 0

    def watched(self, sentences: Iterable[TaggedSentence]) -> Iterator[TaggedSentence]:
        """The very sentences."""
        coming = iter(sentences)
        while True:
            begun = perf_counter()
            sentence = next(coming, None)
            self.seconds += perf_counter() - begun
            if sentence is None:
                return
            self.tokens += len(sentence)
            yield sentence


def tag_gold(
    sentences: Iterable[TaggedSentence], tasks: Sequence[TaskDescription], gold: Sequence[Tags]
) -> list[TaggedGold]:
    """The tagged `sentences` beside the gold tags, for each task; they are gone through once and not kept."""
    found = [TaggedGold(task, tags) for task, tags in zip(tasks, gold, strict=True)]
    for sentence in sentences:
        for task in found:
            task.add(sentence)
    return found
