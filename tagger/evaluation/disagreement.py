"""Labels and out-of-sample probabilities to the labels that are likely wrong (confident learning).

Source: Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal of
Artificial Intelligence Research 70, section 3. The threshold of a label is the mean probability that models trained
without them give it on its own examples; an example is a likely error where the probability of another label reaches
the threshold of that label. Ranked by margin: the other label's probability less that of the given one.

Where this differs: the other label is the most probable of all, not of those that reach their thresholds, so that
nothing is suggested that is less probable than what stands there; no threshold is above SURE; and what is labelled may
be a stretch of tokens, its label the spans on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagger.text.schemes import Span

Wide = NDArray[np.float64]
Numbers = NDArray[np.intp]

SURE = 0.9
"""A calibrated probability that is enough for any label. The mean of a label that is easy, such as O or a full stop, is
0.99 or more, and a network that learnt from wrong labels too is seldom so sure where one of them stands."""


def class_thresholds(labels: Numbers, probabilities: Wide, count: int) -> Wide:
    """The mean probability of their own label over the examples of each label; 1 without any.

    Shapes: labels [N], below `count`; probabilities [N]; result [count].
    """
    examples = np.bincount(labels, minlength=count)
    sums = np.bincount(labels, probabilities, minlength=count)
    result: Wide = np.where(examples > 0, sums / np.maximum(examples, 1), 1.0)
    return result


def likely_errors(gold: Wide, found: Wide, thresholds: Wide) -> Numbers:
    """The numbers of the examples whose found label reaches its threshold, or SURE; the largest found - gold first.

    Shapes: the probabilities of the two labels, and the threshold of the found one [N], of examples where the two
    differ; result [errors].
    """
    reached = np.flatnonzero((found >= np.minimum(thresholds, SURE)) & (found > gold))
    order: Numbers = reached[np.argsort(gold[reached] - found[reached], kind="stable")]
    return order


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
