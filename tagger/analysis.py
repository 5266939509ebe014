"""What an evaluation finds beside the scores: records that evaluation fills, reports show and recipes pass on."""

from dataclasses import dataclass, field

from tagger.records import Estimate

WORST = 20
"""Sentences that an evaluation keeps, by default, of those that a task's tags get most wrong."""


@dataclass(frozen=True, slots=True)
class FormScore:
    """Token accuracy on the words of one kind, as the training data know them."""

    kind: str  # "one tag", "ambiguous" (several tags in training), "unseen"; "seen": one or several, not known which
    tokens: int
    correct: int

    @property
    def accuracy(self) -> float:
        return self.correct / self.tokens if self.tokens else 0.0


@dataclass(frozen=True, slots=True)
class SpanErrors:
    """What became of the spans of one type, "all" of them first; every gold span is in exactly one of the first five.

    Spans are paired one to one; a pair shares a token. Gold: right, wrong_type (same tokens), wrong_span (same type,
    other tokens), wrong_both, missed (no pair). Found: the same pairs, and spurious (no pair).
    """

    kind: str  # as in the scores: "_" for spans without a type
    right: int
    wrong_type: int
    wrong_span: int
    wrong_both: int
    missed: int
    spurious: int  # of this type as found


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often `gold` was found as `found`, which may be the same: then it was right.

    Types of spans, of paired spans ("O": no pair; the same type with wrong borders too counts as the same); or, for
    tasks without spans, the tags of tokens.
    """

    gold: str
    found: str
    count: int


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """A span of a sentence; tokens start to end - 1."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class WorstSentence:
    """A sentence that the model gets wrong, the most wrong first."""

    number: int  # in the data, from 1
    where: str  # "file:line", or "" where the data have no lines
    document: str
    tokens: tuple[str, ...]
    gold: tuple[str, ...]  # tags
    found: tuple[str, ...]
    gold_spans: tuple[SentenceSpan, ...]  # empty for tasks without spans
    found_spans: tuple[SentenceSpan, ...]
    errors: int  # wrong tokens, or spans that are not right on either side
    surprise: float  # sum over wrong tokens of -log(1 - probability of the wrong tag); nats


@dataclass(frozen=True, slots=True)
class Baseline:
    """The score of another method on the same data, trained on the same training data."""

    name: str  # "majority tag", "CRF"
    score: Estimate
    change: Estimate  # the model's score less the baseline's, resampled together
    data: str = ""  # its training data, "NAME#FINGERPRINT"


@dataclass(frozen=True, slots=True)
class TaskAnalysis:
    """Of one task; scores are fractions."""

    task: str
    score: Estimate  # the main score with its 95% bootstrap interval
    resampled: str  # "documents" or "sentences"
    units: int  # how many of them
    samples: int = 1000  # resamplings
    seed: int = 0  # of the resamplings
    forms: tuple[FormScore, ...] = ()  # empty where the model does not know its training data
    spans: tuple[SpanErrors, ...] = ()  # empty for tasks without spans
    confusions: tuple[Confusion, ...] = ()  # all pairs that occur, right ones too, the most frequent first
    invalid: int = 0  # pairs of neighbouring found tags that the scheme forbids, sentence edges included
    transitions: int = 0  # of so many pairs
    worst: tuple[WorstSentence, ...] = ()
    baselines: tuple[Baseline, ...] = ()


@dataclass(frozen=True, slots=True)
class Speed:
    """Of the evaluation's own tagging, without reading the data."""

    tokens: int
    seconds: float
    notes: tuple[str, ...] = field(default=())  # "with probabilities", "upos + ner"

    @property
    def tokens_a_second(self) -> float:
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class LabelError:
    """A label of the data that networks trained on the other sentences disagree with: likely an error.

    Of a column of plain tags one token; of a column of spans the smallest stretch of tokens that no span of either side
    leaves.
    """

    sentence: int  # number in the data, from 1
    start: int  # tokens start to end - 1 of the sentence, from 0
    end: int
    path: str  # "" where the data have none
    line: int | None  # of the first token; None where the data have no lines
    column: str
    kind: str  # "tag"; of spans "missing", "spurious", "type", "extent", "type and extent"
    gold: str  # the tag, or the labels of the spans, "O" without any
    predicted: str
    gold_probability: (
        float  # calibrated, of exactly these tags on these tokens, from sentences trained without
    )
    predicted_probability: float
    score: float  # the higher the likelier: of tags predicted - gold probability; of spans see `span_scores`
    text: str  # the tokens
    context: str  # the tokens between brackets and some on both sides
    gold_spans: tuple[SentenceSpan, ...] = ()
    predicted_spans: tuple[SentenceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two models, A and B, are right together and apart."""

    of: str  # "sentences" (every tag), "tokens" or "gold spans"
    both_right: int
    only_a: int
    only_b: int
    both_wrong: int
    alike: int | None = None  # of both_wrong, those that A and B tag alike; None of spans


@dataclass(frozen=True, slots=True)
class DifferingSentence:
    """A sentence that A and B tag differently. Tags are in one scheme; spans empty for tasks without them."""

    number: int  # in the data, from 1
    where: str  # "file:line", or "" where the data have no lines
    document: str
    tokens: tuple[str, ...]
    gold: tuple[str, ...]  # tags
    a: tuple[str, ...]
    b: tuple[str, ...]
    gold_spans: tuple[SentenceSpan, ...]
    a_spans: tuple[SentenceSpan, ...]
    b_spans: tuple[SentenceSpan, ...]
    a_errors: int  # wrong tokens; of spans pairs that are not right, and spans without a pair
    b_errors: int


@dataclass(frozen=True, slots=True)
class TaskComparison:
    """Two models on one task and the same data; scores are fractions."""

    task: str
    score: str  # "f1" (spans, conlleval) or "accuracy" (tokens)
    sentences: int
    tokens: int
    a: Estimate
    b: Estimate
    change: Estimate  # the score of B less that of A, resampled together
    resampled: str  # "documents" or "sentences": what is resampled and exchanged
    units: int  # how many of them
    p: float  # of the permutation test
    rounds: int  # its random exchanges; 0: all were counted
    token_p: float  # of McNemar's test, on tokens
    agreement: tuple[Agreement, ...]
    differing: int  # sentences that A and B tag differently
    differences: tuple[DifferingSentence, ...] = ()  # of these the largest
