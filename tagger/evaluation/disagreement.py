"""Labels and out-of-sample probabilities to the labels that are likely wrong (confident learning).

Source: Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal of
Artificial Intelligence Research 70, section 3. The threshold of a label is the mean probability that models trained
without them give it on its own examples; an example is a likely error where the probability of another label reaches
the threshold of that label. Ranked by margin: the other label's probability less that of the given one.

Where this differs: the other label is the most probable of all, not of those that reach their thresholds, so that
nothing is suggested that is less probable than what stands there; no threshold is above SURE; what is labelled may be a
stretch of tokens, its label the spans on it; and spans are ranked by a margin that allows for their thresholds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagger.text.schemes import Span

Wide = NDArray[np.float64]
Numbers = NDArray[np.intp]

SURE = 0.95
"""A calibrated probability that is enough for any label. The mean of a label that is easy, such as a full stop, is 0.99
or more, and networks that learnt from wrong labels too are seldom so sure where one stands. (EWT dev with errors put
into it: 0.9 brings in entities that small networks do not know, and fewer of those put there.)"""
ALLOWANCE = 0.5
"""Of the first 30 findings in CoNLL-2003 eng.testa, with networks that learnt from it alone, 6 were errors to a reader
with 0, 11 with this and 13 with 1; but of errors put at random into EWT dev, more come first with 0."""


def class_thresholds(labels: Numbers, probabilities: Wide, count: int) -> Wide:
    """The mean probability of their own label over the examples of each label; 1 without any.

    Shapes: labels [N], below `count`; probabilities [N]; result [count].
    """
    examples = np.bincount(labels, minlength=count)
    sums = np.bincount(labels, probabilities, minlength=count)
    result: Wide = np.where(examples > 0, sums / np.maximum(examples, 1), 1.0)
    return result


def are_likely_errors(gold: Wide, found: Wide, thresholds: Wide) -> NDArray[np.bool_]:
    """Whether the most probable label of each example is another one and reaches its threshold, or SURE.

    Shapes: the probabilities of the gold and of the most probable label, and the threshold of the latter [N]; result
    [N].
    """
    result: NDArray[np.bool_] = (found > gold) & (found >= np.minimum(thresholds, SURE))
    return result


def span_scores(gold: Wide, found: Wide, gold_thresholds: Wide, found_thresholds: Wide) -> Wide:
    """The margins found - gold, and ALLOWANCE of the difference of the thresholds, gold - found.

    Networks miss many spans of a type that they know little of, and are sure of it: that they see nothing where a span
    is marked says less than that they see one where nothing is. Subtracting thresholds: Kuan and Mueller 2022,
    "Model-agnostic label quality scoring to detect real-world label errors", section 2; there in full. Shapes: all [N].
    """
    return found - gold + ALLOWANCE * (gold_thresholds - found_thresholds)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens start to end - 1 that no span of either side leaves, and on which the two sides differ."""

    start: int
    end: int
    gold: tuple[Span, ...]
    found: tuple[Span, ...]

    @property
    def kind(self) -> str:
        """What is wrong with the gold spans if the found ones are right."""
        if not self.gold or not self.found:
            return "spurious" if self.gold else "missing"
        same_extents = [span[:2] for span in self.gold] == [span[:2] for span in self.found]
        same_types = {span[2] for span in self.gold} == {span[2] for span in self.found}
        return "type" if same_extents else "extent" if same_types else "type and extent"


def differing_stretches(gold: Sequence[Span], found: Sequence[Span]) -> list[Stretch]:
    """The smallest stretches on which the spans of one sentence differ, from left to right.

    Spans that share a token are in one stretch, directly or through others; so stretches of more than one gold and one
    found span are rare. Stretches with equal spans are left out.
    """
    stretches: list[Stretch] = []
    here: list[tuple[Span, bool]] = []
    end = 0
    for span, is_found in sorted([*((span, False) for span in gold), *((span, True) for span in found)]):
        if here and span[0] >= end:
            stretches.append(_stretch(here, end))
            here = []
        here.append((span, is_found))
        end = max(end, span[1])
    if here:
        stretches.append(_stretch(here, end))
    return [stretch for stretch in stretches if stretch.gold != stretch.found]


def _stretch(spans: Sequence[tuple[Span, bool]], end: int) -> Stretch:
    sides = (tuple(span for span, is_found in spans if is_found == side) for side in (False, True))
    return Stretch(spans[0][0][0], end, *sides)
