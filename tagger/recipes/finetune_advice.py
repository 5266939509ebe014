"""The size of new data and how well a model knows their words to what a fine-tuning should move, and how fast.

The course notes (004, transfer learning) have it for image networks: with a small data set that is like the old one,
keep the layers that extract features as they are and train the classifier alone; with a bigger one, train more layers
from the top down; with data of another kind the features themselves must move. Here the classifier is the heads, the
features are the lookup tables and the hidden layers, and data are like those the model knows where most of their
tokens are words with a row of their own.

What was measured on development data (a CoNLL-2003 model on 60 to 3,400 sentences of WNUT-17, a model of EWT on 60 and
400 sentences of CoNLL-2003, one seed each) moved the lines: these data are unlike the model's, and there the hidden
layers should learn even from 1,000 words. A rate lower than that of the model's own training forgets less of the old
tasks, and from 6,000 words on learns the new ones worse. What matters most with little data is enough steps: of 60
sentences, in batches of 1,000 words, a new head learnt next to nothing in 10 epochs, in batches of 100 words most.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import inf

LITTLE, SOME = 2_000, 20_000
"""Training words below which data are little, and are no plenty yet."""
ALIKE = 0.9
"""Share of the training tokens whose word has a row in the model, from which data are like those it knows."""
RATE = 0.5
"""Factor of the learning rate where nothing is chosen by the data."""
STEPS = 20
"""Steps that an epoch should have; smaller batches make more of them."""
SMALLEST_BATCH = 50
"""Words; a smaller batch is hardly more than a sentence."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to freeze, the finished epochs after which a frozen layer learns, and the factor of the learning rate."""

    freeze: tuple[str, ...]
    thaw: dict[str, int]
    rate: float
    what: str  # the same in words


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    words: float  # the data have fewer than this
    alike: bool  # and at least so much coverage, or less
    advice: Advice


TABLE = (
    Rule(LITTLE, True, Advice(("lookup", "trunk"), {}, 1.0, "only the heads learn")),
    Rule(LITTLE, False, Advice(("lookup",), {"trunk": 1}, 1.0, "the heads learn, the hidden layers after 1 epoch")),
    Rule(SOME, True, Advice(("lookup",), {"trunk": 1}, 1.0, "the heads learn, the hidden layers after 1 epoch")),
    Rule(SOME, False, Advice((), {"lookup": 1}, 1.0, "heads and hidden layers learn, the tables after 1 epoch")),
    Rule(inf, True, Advice((), {}, 0.5, "all layers learn")),
    Rule(inf, False, Advice((), {}, 1.0, "all layers learn")),
)  # fmt: skip


def advise(words: int, coverage: float) -> Advice:
    """The advice for new data of so many training words, of which a share `coverage` has rows in the model."""
    return next(rule.advice for rule in TABLE if words < rule.words and rule.alike == (coverage >= ALIKE))


def batch_size(words: int, most: int) -> int:
    """Words a batch for STEPS steps an epoch, SMALLEST_BATCH at least and `most` at most."""
    return min(most, max(SMALLEST_BATCH, words // STEPS))


def reasons(
    words: int, coverage: float, advice: Advice, batch: int, stated: Collection[str] = ()
) -> tuple[str, ...]:
    """What was found and what follows, in words.

    stated: settings of the user, which hold: "layers", "rate", "batches".
    """
    what = "the layers learn as stated" if "layers" in stated else advice.what
    share = "the full" if advice.rate == 1 else f"{advice.rate:g} of the"
    rate = "the stated rate" if "rate" in stated else f"{share} rate of the model's own training"
    size_of_batch = "the stated batches" if "batches" in stated else f"batches of {batch:,} words"
    size = "little" if words < LITTLE else "some" if words < SOME else "plenty"
    kind = "like" if coverage >= ALIKE else "unlike"
    return (
        f"{words:,} training words are {size} data (little: under {LITTLE:,}, some: under {SOME:,})",
        f"{100 * coverage:.1f}% of them have a row in the model: {kind} what it knows (from {100 * ALIKE:.0f}%)",
        f"so {what}, at {rate}, in {size_of_batch}",
    )
