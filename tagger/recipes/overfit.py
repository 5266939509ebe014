"""The check that a network can learn at all: settings and a few sentences in, whether it learnt them by heart out.

The notes (003) begin every diagnosis on the training data: a network that cannot even learn a few sentences by heart
has a wrong rate, first weights or activation, or its labels are wrong; more data or dropout would mend none of these.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tagger.config import AugmentationSettings, ScheduleSettings, Section, Settings, TransferSettings
from tagger.errors import SettingsError
from tagger.evaluation.ranking import score_ranking
from tagger.network.window_network import WindowNetwork
from tagger.recipes.development import development_scorer
from tagger.recipes.first_state import fit_forms, start
from tagger.recipes.given_features import read_given
from tagger.recipes.lessons import build_plan, encode_corpora, task_weights
from tagger.recipes.overfit_causes import SHOWN, advise, wrong_sentences
from tagger.recipes.run_folder import RunFolder
from tagger.recipes.scorer_tasks import SCORES
from tagger.recipes.train import check_output, run_facts
from tagger.recipes.training_data import TrainingData, load_training_data, task_tags, with_reading
from tagger.recipes.word_vectors import preprocessing_file, read_pretrained
from tagger.records import OverfitReport, Step
from tagger.saved import SavedModel
from tagger.text.features import FormFeatures
from tagger.text.true_windows import CORRUPTED, NEITHER, TRUE
from tagger.training.batches import encode
from tagger.training.build import describe_network
from tagger.training.loop import TrainingState, train_epochs
from tagger.training.prediction import predict_with_scores

EPOCHS = 200
"""Times through the sentences before giving up, unless the settings allow for more."""


def overfit(
    settings: Settings,
    sentences: int,
    *,
    output: Path | None = None,
    force: bool = False,
    observe: Callable[[Step], None] = lambda step: None,
    note: Callable[[str], None] = lambda text: None,
) -> OverfitReport:
    """Train on the first `sentences` training sentences of each corpus until every tag of them is right.

    The network is that of `settings`, with vocabularies and labels of all training data; only what keeps it from
    learning by heart is off (`without_restraint`). With `output` the model is written there, else nothing is.
    Raises TaggerError for settings or data that cannot be.
    """
    if sentences < 1:
        raise SettingsError("overfit", "at least 1 sentence", str(sentences))
    if output:
        check_output(output, force=force, resume=False)
    settings = without_restraint(settings)
    torch.set_num_threads(settings.training.threads)
    data = load_training_data(settings)
    few = first_sentences(data, sentences)
    note(
        f"the first {sum(len(c.train) for c in few.corpora):,} training sentences are learnt and scored; "
        f"tasks: {', '.join(task.name for task in few.tasks)}"
    )
    forms = sorted({form for corpus in data.corpora for s in corpus.train for form in s.tokens})
    vectors = read_pretrained(settings.features.word, forms, note)
    given = read_given(settings.features, forms, note)
    features = fit_forms(settings, data, vectors, given=given)
    state = start(settings, data, features, vectors, given)
    run = output and RunFolder(
        output,
        SavedModel(describe_network(settings.network), data.tasks, features, {}),
        with_reading(settings, data),
        facts={**run_facts(settings, few), "overfit": sentences},
        forms=forms,
        arrays=preprocessing_file(settings.features.word, vectors),
        force=force,
        resumable=False,  # going on with all the data would be another training
    )
    ends = []
    for step in _until_learnt(settings, few, features, state):
        if step.epoch_end:
            ends.append(step)
            if run:
                run.save(state, step)
        observe(step)
    wrong = wrong_sentences(few, predicted_tags(state.network, few, features), window=settings.network.window)
    counts = Counter(sentence.task for sentence in wrong)
    return OverfitReport(
        learnt=_learnt(ends[-1], state.network, few, features),
        sentences=sum(len(corpus.train) for corpus in few.corpora),
        words=ends[-1].total_words,
        epochs=state.epoch,
        scores=ends[-1].scores,
        wrong_sentences={task.name: counts[task.name] for task in few.tasks},
        wrong=tuple(wrong[:SHOWN]),
        advice=advise(settings, ends, wrong) if wrong else (),
        seconds=state.seconds,
        folder=output,
    )


def without_restraint(settings: Settings) -> Settings:
    """The settings without what keeps a network from learning by heart, and with time to do so.

    No dropout, hidden words, penalties, max-norm, augmentation or averaging, nothing taken from another model or
    frozen; the rate constant as set.
    """
    word = settings.features.word.model_copy(update={"unknown_rate": 0.0})
    epochs = max(settings.training.epochs, EPOCHS)
    training = {"epochs": epochs, "patience": 0, "averaging": 0.0, "watched_words": 0}
    changed: dict[str, Section] = {
        "features": settings.features.model_copy(update={"word": word}),
        "network": settings.network.model_copy(update={"input_dropout": 0.0, "dropout": 0.0}),
        "optimizer": settings.optimizer.model_copy(update={"l1": 0.0, "l2": 0.0, "max_norm": 0.0}),
        "schedule": ScheduleSettings(name="constant"),
        "augmentation": AugmentationSettings(),
        "transfer": TransferSettings(),
        "training": settings.training.model_copy(update=training),
    }
    return settings.model_copy(update=changed)


def first_sentences(data: TrainingData, sentences: int) -> TrainingData:
    """The first sentences of each corpus, as training and as development data."""
    corpora = [replace(c, train=c.train[:sentences], dev=c.train[:sentences]) for c in data.corpora]
    return replace(data, corpora=corpora)


def _until_learnt(
    settings: Settings, few: TrainingData, features: FormFeatures, state: TrainingState
) -> Iterator[Step]:
    """The steps up to the epoch in which everything is right, which is the best one whatever score decides."""
    evaluate = development_scorer(state.network, few, features, deciding=settings.training.score)
    for step in train_epochs(
        state, encode_corpora(few, features), build_plan(settings, task_weights(settings, few)), evaluate
    ):
        if step.epoch_end and _learnt(step, state.network, few, features):
            state.best_epoch, state.best_score = step.epoch, step.score
            yield replace(step, best=True, stop=True)
            return
        yield step


def _learnt(step: Step, network: WindowNetwork, few: TrainingData, features: FormFeatures) -> bool:
    """Whether the score of every task is 1: F1, or accuracy, which a corpus without spans can reach too.

    A scorer's average precision is 1 when every true window is above every corrupted one; it has learnt them if each is
    above by half the margin: rounding tells even the same window at two places apart.
    """
    names = ("f1", "accuracy", SCORES[0])
    if not all(1.0 in [step.scores.get(f"{task.name}.{name}") for name in names] for task in few.tasks):
        return False
    scorers = replace(few, tasks=tuple(task for task in few.tasks if task.is_scorer))
    if not scorers.tasks:
        return True
    return not wrong_sentences(scorers, predicted_tags(network, scorers, features), window=network.window)


def predicted_tags(
    network: WindowNetwork, data: TrainingData, features: FormFeatures
) -> dict[str, list[list[str]]]:
    """Task -> the tags that `network` gives the training sentences of the task's corpus.

    Of a scorer the kinds of windows, as `predicted_kinds` with half its margin as the lead.
    """
    tags: dict[str, list[list[str]]] = {}
    for number, corpus in enumerate(data.corpora):
        tasks = data.tasks_of(number)
        names = tuple(task.name for task in tasks)
        encoded = encode([sentence.tokens for sentence in corpus.train], features)
        found = predict_with_scores(network, encoded, names)
        for task in tasks:
            if task.is_scorer:
                gold = task_tags(corpus.train, task, corpus.schemes[task.column])
                lead = network.head(task.name).margin / 2
                tags[task.name] = predicted_kinds(gold, found.scores[task.name], lead=lead)
            else:
                tags[task.name] = [[task.labels[row] for row in rows] for rows in found.tags[task.name]]
    return tags


def predicted_kinds(
    gold: Sequence[Sequence[str]], scores: NDArray[np.float32], *, lead: float
) -> list[list[str]]:
    """Kinds of windows by their scores [words]: true from the best threshold on; words of neither kind keep theirs.

    True windows count with their scores less `lead`.
    """
    true = np.array([kind == TRUE for row in gold for kind in row], bool)
    lowered = scores - lead * true
    found = iter((lowered >= score_ranking("", gold, lowered).threshold).tolist())
    return [
        [
            kind if kind == NEITHER else TRUE if is_true else CORRUPTED
            for kind, is_true in zip(row, found, strict=False)
        ]
        for row in gold
    ]
