"""What travels between rooms: plain frozen records without behaviour of their own."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """How one layer fared in an epoch: medians over the steps that were watched."""

    gradient_norm: float  # L2 norm of the whole gradient, weights and biases, before clipping and penalties
    update_ratio: float  # norm of the step's change of the weights / norm of the weights
    saturated: float | None = None  # share of saturated outputs (relu: of dead units); hidden layers only


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the network scores at the end of an epoch, as fractions in [0, 1], and its loss on development data."""

    scores: dict[str, float] = field(
        default_factory=dict
    )  # "ner.f1", "pos.accuracy", ... on development data
    score: float | None = None  # the one that decides; None: nothing to decide on
    losses: dict[str, float] = field(
        default_factory=dict
    )  # task -> mean loss a word of development data; words without a known gold path left out
    train_scores: dict[str, float] = field(
        default_factory=dict
    )  # as `scores`, on a sample of the training sentences
    train_score: float | None = None  # as `score`, on that sample


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer step, as the training loop yields it.

    `losses` holds the mean loss a word of each task in this step (nats if its objective is a likelihood);
    `loss` is their weighted sum. What follows `epoch_end` is filled on the last step of an epoch only.
    """

    epoch: int  # from 1
    number: int  # steps since the start of training, from 1
    words: int  # training words seen since the start of this epoch
    total_words: int  # training words in one epoch
    loss: float
    losses: dict[str, float]
    rate: float  # learning rate of this step
    seconds: float  # since the start of training, earlier runs of a resumed training included
    gradient_norm: float | None = None  # of the whole gradient before clipping; on watched steps only
    epochs: int = 0  # of the training, at most; 0: not known
    epoch_end: bool = False
    train_losses: dict[str, float] = field(default_factory=dict)  # task -> mean over the epoch
    scores: dict[str, float] = field(
        default_factory=dict
    )  # "ner.f1", "pos.accuracy", ... on development data
    score: float | None = None  # the stated development score that decides what is best
    dev_losses: dict[str, float] = field(default_factory=dict)  # task -> mean loss a word on development data
    train_scores: dict[str, float] = field(
        default_factory=dict
    )  # as `scores`, on a sample of training sentences
    train_score: float | None = None  # as `score`, on that sample
    layers: dict[str, LayerFigures] = field(default_factory=dict)  # "trunk.0", "heads.ner", ... in this epoch
    best: bool = False  # this epoch's score is the best so far
    stop: bool = False  # nothing follows this step


@dataclass(frozen=True, slots=True)
class Counts:
    """Entities (spans) of one type or of all: precision, recall and F1 are fractions in [0, 1], 0 where undefined."""

    gold: int
    predicted: int
    correct: int

    @property
    def precision(self) -> float:
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.gold + self.predicted
        return 2 * self.correct / total if total else 0.0


@dataclass(frozen=True, slots=True)
class TaskScores:
    """Scores of one task on one corpus.

    `conlleval` and `strict` are empty for a task without spans (part of speech). The key "all" is the micro average.
    conlleval: spans as the CoNLL script reads them, broken sequences repaired; strict: a broken sequence is no span.
    """

    task: str
    sentences: int
    tokens: int
    correct_tokens: int
    seen_tokens: int  # tokens whose form stands in the training data
    correct_seen: int
    conlleval: dict[str, Counts] = field(default_factory=dict)
    strict: dict[str, Counts] = field(default_factory=dict)

    @property
    def unseen_tokens(self) -> int:
        return self.tokens - self.seen_tokens

    @property
    def accuracy(self) -> float:
        return self.correct_tokens / self.tokens if self.tokens else 0.0

    @property
    def seen_accuracy(self) -> float:
        return self.correct_seen / self.seen_tokens if self.seen_tokens else 0.0

    @property
    def unseen_accuracy(self) -> float:
        unseen = self.unseen_tokens
        return (self.correct_tokens - self.correct_seen) / unseen if unseen else 0.0

    @property
    def main(self) -> tuple[str, float]:
        """The name and value of the score that stands for the task: entity F1 (conlleval), else token accuracy."""
        if self.conlleval:
            return "f1", self.conlleval["all"].f1
        return "accuracy", self.accuracy


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score, or the difference of two, as a fraction, and the bounds of its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RankingScores:
    """Scores of one scorer on one corpus, fractions in [0, 1]; 0 where true or corrupted windows are missing.

    Words whose window is neither true nor corrupted are left out of everything but `tokens`.
    """

    task: str
    sentences: int
    tokens: int
    true: int  # words whose window is true
    corrupted: int
    ranking_accuracy: (
        float  # share of the pairs whose true window has the higher score, ties half (area under the ROC)
    )
    average_precision: float
    best_f1: float  # of the words found at the threshold that makes it largest, chosen on these very data
    precision: float  # at that threshold, as recall
    recall: float
    threshold: float  # words of at least this score are found

    @property
    def main(self) -> tuple[str, float]:
        """The name and value of the score that stands for the task."""
        return "average_precision", self.average_precision


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Choices whose probabilities lie in one range; 0 for the means of none."""

    count: int
    probability: float  # their mean
    accuracy: float  # share that is right


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often choices (tags of tokens, or spans) were right, by their probability; all fractions in [0, 1]."""

    bins: tuple[ReliabilityBin, ...]  # of equal width, from 0 to 1

    @property
    def count(self) -> int:
        return sum(part.count for part in self.bins)

    @property
    def probability(self) -> float:
        """The mean."""
        return sum(part.count * part.probability for part in self.bins) / max(self.count, 1)

    @property
    def accuracy(self) -> float:
        return sum(part.count * part.accuracy for part in self.bins) / max(self.count, 1)

    @property
    def error(self) -> float:
        """Expected calibration error: the mean over choices of |accuracy - mean probability| of their bin."""
        off = sum(part.count * abs(part.accuracy - part.probability) for part in self.bins)
        return off / max(self.count, 1)


@dataclass(frozen=True, slots=True)
class TaskReliability:
    """Of one task: of the tags chosen for tokens, and of the spans found (None where its tags mark none)."""

    tokens: Reliability
    spans: Reliability | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The temperature of one task, fitted on some data, and what it changes on these very data."""

    task: str
    temperature: float
    tokens: int  # that it was fitted on
    loss_before: float  # mean of -log probability of the gold tags at temperature 1, nats a token
    loss: float
    error_before: float  # expected calibration error of tokens at temperature 1, a fraction
    error: float


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a training came to. Scores are fractions in [0, 1]; seconds include earlier runs of a resumed training."""

    folder: Path
    epochs: int
    best_epoch: int
    best_score: float | None
    scores: dict[str, float]  # development scores of the best epoch
    seconds: float
    peak_memory_mb: float
    interrupted: bool = False
    scorers_only: bool = False  # no task of the model tags
    transfer: "TransferReport | None" = None  # what was taken from another model before
    calibration: tuple[Calibration, ...] = ()  # of the probabilities, on development data


@dataclass(frozen=True, slots=True)
class WrongSentence:
    """A sentence that a network should have learnt by heart and has not, for one task."""

    task: str
    place: str  # "path:line" as far as known
    tokens: tuple[str, ...]
    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    contradicts: str = (
        ""  # where the window of one of its wrong words stands with another gold tag; "": nowhere
    )


@dataclass(frozen=True, slots=True)
class OverfitReport:
    """Whether a network learnt a few sentences by heart, and if not, what speaks for which cause."""

    learnt: bool
    sentences: int
    words: int
    epochs: int
    scores: dict[str, float]  # on the sentences themselves, fractions
    wrong_sentences: dict[str, int]  # task -> sentences with a wrong tag
    wrong: tuple[WrongSentence, ...]  # some of them, those first that contradict another
    advice: tuple[str, ...]
    seconds: float
    folder: Path | None = None  # the model, if one was to be written


@dataclass(frozen=True, slots=True)
class LayerTransfer:
    """What became of one layer or table that was to be taken from another model."""

    layer: str  # "lookup.word", "trunk.0", "heads.ner", ...
    copied: int  # rows (of trunk.0: columns, inputs of a hidden unit) that came from the other model
    new: int  # rows of the target that start at random
    dropped: int  # rows of the source that the target has no place for
    note: str = ""  # "window 11 -> 5: the middle slots", ...


@dataclass(frozen=True, slots=True)
class TransferReport:
    """Layers taken from another model, and how well its words cover the new training data."""

    source: str
    layers: tuple[LayerTransfer, ...]
    matched: dict[str, int] = field(default_factory=dict)  # "exact", "lower-cased", "digits folded" -> words
    tokens: int = 0  # of the new training data
    covered_before: int = 0  # those whose word has a row in the source under its own spelling rules
    covered_after: int = 0  # those whose word has a row in the target that came from the source
    frozen: tuple[str, ...] = ()  # layers that do not learn
    thaw: dict[str, int] = field(default_factory=dict)  # layer -> finished epochs after which it learns


@dataclass(frozen=True, slots=True)
class FinetuneRow:
    """The score of one task on one set of data, before and after a fine-tuning, with 95% bootstrap intervals."""

    data: str  # "old" or "new"
    name: str  # where the data lie
    task: str
    score: str  # "f1" (spans, conlleval) or "accuracy" (tokens)
    sentences: int
    before: Estimate | None  # None: the model did not have the task
    after: Estimate
    change: Estimate | None  # after - before, sentences paired


@dataclass(frozen=True, slots=True)
class FinetuneReport:
    """What a fine-tuning came to."""

    training: TrainReport
    model: str  # that it started from
    rows: tuple[FinetuneRow, ...]
    new_labels: dict[str, tuple[str, ...]]  # task -> types of spans, or tags, that the model did not have
    new_words: int  # rows added to the word table
    chosen: tuple[str, ...] = ()  # what --auto chose, and why
    notes: tuple[str, ...] = ()  # what could not be measured


@dataclass(frozen=True, slots=True)
class PretrainReport:
    """What a pretraining on raw text came to. Scores are fractions in [0, 1]; counts and seconds since its start."""

    folder: Path
    rounds: int
    scores: dict[str, float]  # of held-out windows after the last round
    words: int  # read from the text, held-out ones left out
    windows: int  # true windows learnt from
    vocabulary: int  # words with a row of their own
    seconds: float
    peak_memory_mb: float
    interrupted: bool = False
    passes: int = 0  # times that the text was read to its end
    unscored: str = ""  # why there are no scores
    ended: str = ""  # why nothing was done, or why it ended before the time was up
    sizes: tuple[str, ...] = ()  # settings of a tagger that is as wide
    resumable: bool = True
