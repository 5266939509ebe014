"""Sentences not learnt by heart to what may be the cause: contradictory labels, the rate, the first weights."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tagger.config import Settings
from tagger.recipes.training_data import TrainingData, task_tags
from tagger.records import Step, WrongSentence
from tagger.text.sentences import Sentence

SHOWN = 5
"""Sentences still wrong that a report holds."""
STUCK = 0.9
"""A last loss of more than this share of the first has hardly fallen; the same holds for the second half."""
MANY = 0.5
"""Share of a hidden layer's outputs from which their saturation is worth a word."""

Window = tuple[str, ...]


def wrong_sentences(
    data: TrainingData, predicted: Mapping[str, Sequence[Sequence[str]]], *, window: int
) -> list[WrongSentence]:
    """The training sentences with a wrong tag, a task each; those first that contradict another.

    A sentence contradicts another (or itself) where the same `window` of words stands round a wrongly tagged word with
    another gold tag: scores of single words cannot tell the two apart.
    """
    wrong = []
    for number, corpus in enumerate(data.corpora):
        for task in data.tasks_of(number):
            gold = task_tags(corpus.train, task, corpus.schemes[task.column])
            elsewhere = _tags_of_windows(corpus.train, gold, window)
            for row, (sentence, own, found) in enumerate(
                zip(corpus.train, gold, predicted[task.name], strict=True)
            ):
                errors = [place for place, tag in enumerate(own) if found[place] != tag]
                if errors:
                    clashes = [
                        other
                        for place in errors
                        for tag, other in elsewhere[_window(sentence.tokens, place, window)].items()
                        if tag != own[place]
                    ]
                    wrong.append(
                        WrongSentence(
                            task.name,
                            _place(sentence, row, errors[0]),
                            tuple(sentence.tokens),
                            tuple(own),
                            tuple(found),
                            clashes[0] if clashes else "",
                        )
                    )
    return sorted(wrong, key=lambda sentence: not sentence.contradicts)


def advise(settings: Settings, ends: Sequence[Step], wrong: Sequence[WrongSentence]) -> tuple[str, ...]:
    """What to try, likeliest first. `ends`: the last step of each epoch."""
    network, optimizer = settings.network, settings.optimizer
    advice = []
    if clashing := sum(bool(sentence.contradicts) for sentence in wrong):
        advice.append(
            f"Correct contradictory labels: in {clashing} of the {len(wrong)} wrong sentences a wrong word's window of "
            f"{network.window} words stands elsewhere with another tag. If both tags are right, raise network.window."
        )
    first, half, last = (sum(ends[place].train_losses.values()) for place in (0, len(ends) // 2, -1))
    fell = f"the loss went from {first:.4g} to {last:.4g} in {len(ends)} epochs"
    if last > first:
        advice.append(f"Lower optimizer.rate ({optimizer.rate:g}): {fell}.")
    elif last > STUCK * first:
        advice.append(f"Raise optimizer.rate ({optimizer.rate:g}), ten times at once: {fell}.")
    elif last < STUCK * half:
        advice.append(
            f"Raise training.epochs or optimizer.rate ({optimizer.rate:g}): {fell}, and still falls."
        )
    for layer, figures in ends[-1].layers.items():
        if (figures.saturated or 0.0) >= MANY:
            advice.append(
                f"Change network.initialiser ({network.initialiser}) or network.activation ({network.activation}): "
                f"{100 * (figures.saturated or 0.0):.0f}% of {layer} is saturated."
            )
    advice.append(
        "Look for mistakes in the labels of the sentences below; then try another optimizer.rate, "
        f"network.initialiser ({network.initialiser}) or network.activation ({network.activation})."
    )
    return tuple(advice)


def _tags_of_windows(
    sentences: Sequence[Sentence], tags: Sequence[Sequence[str]], window: int
) -> dict[Window, dict[str, str]]:
    """Window of words -> each tag of its centre -> where that stands first."""
    found: dict[Window, dict[str, str]] = defaultdict(dict)
    for row, (sentence, own) in enumerate(zip(sentences, tags, strict=True)):
        for place, tag in enumerate(own):
            found[_window(sentence.tokens, place, window)].setdefault(tag, _place(sentence, row, place))
    return found


def _window(tokens: Sequence[str], place: int, window: int) -> Window:
    reach = window // 2
    outside = [""] * reach
    return tuple([*outside, *tokens, *outside][place : place + window])


def _place(sentence: Sentence, row: int, token: int) -> str:
    line = sentence.line(token)
    if sentence.path and line is not None:
        return f"{sentence.path}:{line}"
    return f"training sentence {row + 1}"
