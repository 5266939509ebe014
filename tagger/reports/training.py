"""The record of a training to a few lines, or one JSON object, on stdout; an epoch of it to one line."""

from collections.abc import Container
from dataclasses import asdict

from tagger.evaluation.course import SCORES, main_score
from tagger.records import OverfitReport, Step, TrainReport, WrongSentence
from tagger.reports.console import print_json, print_message, print_text
from tagger.reports.transfer import print_transfer

SHOWN_WORDS = 5
"""Wrong words that are shown of a sentence not learnt by heart."""


def print_training(report: TrainReport, *, as_json: bool = False, layers: bool = True) -> None:
    """Write what a training came to; scores in per cent, or fractions as JSON.

    `layers`: with the table of the layers taken from another model.
    """
    if as_json:
        print_json({**asdict(report), "folder": str(report.folder)})
        return
    if report.transfer and layers:
        print_transfer(report.transfer)
        print_text("")
    scores = ", ".join(f"{name} {100 * value:.2f}" for name, value in report.scores.items())
    print_text(
        f"{report.folder}: best after epoch {report.best_epoch} of {report.epochs}"
        + (f" ({scores})" if scores else "")
    )
    print_text(f"{report.seconds:.0f} s, peak memory {report.peak_memory_mb:.0f} MB")
    if report.interrupted:
        print_message(f"Interrupted: {report.folder} holds the best weights so far.")
        print_message(f"Go on with: tagger train --resume {report.folder}")
    elif report.scorers_only:
        print_message(f"Score words with it: tagger score {report.folder} FILE")
    else:
        print_message(f"Tag text with it: tagger tag -m {report.folder} FILE")


def print_overfit(report: OverfitReport, *, as_json: bool = False) -> None:
    """Write whether a few sentences were learnt by heart; if not, what to try and which sentences are still wrong."""
    if as_json:
        print_json({**asdict(report), "folder": str(report.folder) if report.folder else None})
        return
    size = f"{_count(report.sentences, 'sentence')} ({_count(report.words, 'word')})"
    epochs = _count(report.epochs, "epoch")
    if report.learnt:
        print_text(f"Learnt by heart: {size} after {epochs}, every tag right.")
    else:
        print_text(f"Not learnt by heart: {size} in {epochs}.")
    for task, count in report.wrong_sentences.items():
        scores = [f"{title.lower()} {100 * report.scores[f'{task}.{name}']:.2f}" for name, title in SCORES.items()
                  if f"{task}.{name}" in report.scores]  # fmt: skip
        print_text(f"{task}: {', '.join(scores)}; {_count(count, 'sentence')} wrong")
    if report.learnt:
        return
    print_text("\nWhat to try:")
    for line in report.advice:
        print_text(f"- {line}")
    print_text("\nStill wrong, among others:" if _more(report) else "\nStill wrong:")
    for sentence in report.wrong:
        _print_wrong(sentence)


def _more(report: OverfitReport) -> bool:
    return sum(report.wrong_sentences.values()) > len(report.wrong)


def _print_wrong(sentence: WrongSentence) -> None:
    other = f"  tagged otherwise at {sentence.contradicts}" if sentence.contradicts else ""
    print_text(f"{sentence.place}  {sentence.task}{other}")
    print_text(f"  {' '.join(sentence.tokens)}")
    rows = zip(sentence.tokens, sentence.gold, sentence.predicted, strict=True)
    wrong = [f"  {token}: gold {gold}, predicted {found}" for token, gold, found in rows if gold != found]
    for line in wrong[:SHOWN_WORDS]:
        print_text(line)
    if len(wrong) > SHOWN_WORDS:
        print_text(f"  and {_count(len(wrong) - SHOWN_WORDS, 'word')} more")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def epoch_line(
    step: Step, *, words_a_second: float, scored: str = "dev", unit: str = "words", name: str = "epoch"
) -> str:
    """An epoch as one line: losses, scores in per cent, words (or what `unit` names) a second, seconds, * if best.

    Scores: the deciding one on the sample of training sentences, the main one of each task on the data named `scored`.
    """
    losses = "".join(f"  {task} {loss:.4f}" for task, loss in step.train_losses.items())
    train = f"  train {100 * step.train_score:.1f}" if step.train_score is not None else ""
    shown = {name: score for name, score in step.scores.items() if _is_main(name, step.scores)}
    scores = "".join(f"  {name} {100 * score:.2f}" for name, score in shown.items())
    dev = f"  {scored}{scores}" if scores else ""
    rate = f"{words_a_second:,.0f} {unit}/s"
    best = "  *" if step.best else ""
    return f"{name} {step.epoch:>3}  loss{losses}{train}{dev}  {rate}  {step.seconds:.1f} s{best}"


def _is_main(name: str, scores: Container[str]) -> bool:
    """Whether `name` ("ner.f1") is the score that stands for its task."""
    return main_score(name.rpartition(".")[0], scores) == name
