"""The check that a network can learn at all: settings and a few sentences in, whether it learnt them by heart out.

The notes (003) begin every diagnosis on the training data: a network that cannot even learn a few sentences by heart
has a wrong rate, first weights or activation, or its labels are wrong; more data or dropout would mend none of these.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch

from tagger.config import AugmentationSettings, ScheduleSettings, Section, Settings
from tagger.errors import SettingsError
from tagger.network.window_network import WindowNetwork
from tagger.recipes.development import development_scorer
from tagger.recipes.overfit_causes import SHOWN, advise, wrong_sentences
from tagger.recipes.run_folder import RunFolder
from tagger.recipes.train import (
    build_plan,
    check_output,
    encode_corpora,
    fit_forms,
    run_facts,
    start,
)
from tagger.recipes.training_data import TrainingData, load_training_data, with_reading
from tagger.recipes.word_vectors import preprocessing_file, read_pretrained
from tagger.records import OverfitReport, Step
from tagger.saved import SavedModel, TaskDescription
from tagger.text.features import FormFeatures
from tagger.training.batches import encode
from tagger.training.build import describe_network
from tagger.training.loop import TrainingState, train_epochs
from tagger.training.prediction import predict

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
    features = fit_forms(settings, data, vectors)
    state = start(settings, data, features, vectors)
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
        learnt=_all_right(ends[-1], few.tasks),
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

    No dropout, hidden words, penalties, max-norm, augmentation or averaging; the rate constant as set.
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
    """The steps up to the epoch in which every tag is right, which is the best one whatever score decides."""
    evaluate = development_scorer(state.network, few, features, deciding=settings.training.score)
    for step in train_epochs(state, encode_corpora(few, features), build_plan(settings, few), evaluate):
        if step.epoch_end and _all_right(step, few.tasks):
            state.best_epoch, state.best_score = step.epoch, step.score
            yield replace(step, best=True, stop=True)
            return
        yield step


def _all_right(step: Step, tasks: tuple[TaskDescription, ...]) -> bool:
    """Whether the score of every task is 1: F1, or accuracy, which a corpus without spans can reach too."""
    return all(1.0 in (step.scores.get(f"{t.name}.f1"), step.scores[f"{t.name}.accuracy"]) for t in tasks)


def predicted_tags(
    network: WindowNetwork, data: TrainingData, features: FormFeatures
) -> dict[str, list[list[str]]]:
    """Task -> the tags that `network` gives the training sentences of the task's corpus."""
    tags = {}
    for number, corpus in enumerate(data.corpora):
        tasks = data.tasks_of(number)
        encoded = encode([sentence.tokens for sentence in corpus.train], features)
        predicted = predict(network, encoded, tuple(task.name for task in tasks))
        for task in tasks:
            tags[task.name] = [[task.labels[row] for row in rows] for rows in predicted[task.name]]
    return tags
