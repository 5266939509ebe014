"""What a diagnosis is made of: findings with their evidence, verdicts with their advice."""

from dataclasses import dataclass
from typing import Any, Literal

from tagger.evaluation.course import Course

Severity = Literal["serious", "moderate", "slight"]
SEVERITIES: tuple[Severity, ...] = ("serious", "moderate", "slight")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: how bad it is, and the figures that say so."""

    severity: Severity
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a verdict."""

    setting: str  # dotted name, "" where no setting helps
    now: Any  # its value in this run, None where it is not known
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that is wrong with a training."""

    name: str
    severity: Severity
    meaning: str
    evidence: tuple[str, ...]
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that can be said about a training; no verdicts: nothing to complain about."""

    course: Course
    finished: bool  # it went through its epochs or stopped early as it was told to
    verdicts: tuple[Verdict, ...]  # the most important first
    missing: tuple[str, ...]  # what could not be judged, and why
