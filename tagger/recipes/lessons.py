"""Training data and settings to what the loop learns from: corpora as numbers, and the plan of the training."""

from collections.abc import Mapping, Sequence

from tagger.config import Settings
from tagger.recipes.given_features import static_tables
from tagger.recipes.memory import Classes, document_numbers_of
from tagger.recipes.scorer_tasks import label_rows
from tagger.recipes.training_data import TrainingData, task_tags
from tagger.text.features import FormFeatures
from tagger.training.augmentation import build_augmentation
from tagger.training.batches import Corpora, EncodedCorpus, encode
from tagger.training.freezing import build_freezing
from tagger.training.loop import Plan


def encode_corpora(
    data: TrainingData, features: FormFeatures, memory: Sequence[Classes] = ()
) -> list[EncodedCorpus]:
    """The training sentences of each corpus as numbers, with the labels of its tasks.

    memory: of each corpus what is remembered of its tokens; without it nothing is.
    """
    encoded = []
    for number, corpus in enumerate(data.corpora):
        tasks = data.tasks_of(number)
        encoded.append(
            encode(
                [s.tokens for s in corpus.train],
                features,
                {t.name: task_tags(corpus.train, t, corpus.schemes[t.column]) for t in tasks},
                {t.name: label_rows(t) for t in tasks},
                memory[number] if memory else None,
            )
        )
    return encoded


def build_lessons(
    settings: Settings, data: TrainingData, features: FormFeatures, memory: Sequence[Classes] = ()
) -> tuple[Corpora, Plan]:
    """What the loop learns from and what it is to do; `memory` as of `encode_corpora`."""
    corpora = build_augmentation(
        settings.augmentation,
        encode_corpora(data, features, memory),
        [data.tasks_of(number) for number in range(len(data.corpora))],
        features,
        seed=settings.training.seed,
        documents=document_numbers_of(data) if memory else (),
        memory_rate=settings.features.memory.rate,
    )
    return corpora, build_plan(settings, task_weights(settings, data))


def build_plan(settings: Settings, weights: Mapping[str, float]) -> Plan:
    """What the loop is to do. `weights`: task -> factor of its loss."""
    training = settings.training
    return Plan(
        epochs=training.epochs,
        batch_words=training.batch_words,
        patience=training.patience,
        rate=settings.optimizer.rate,
        clip=settings.optimizer.clip,
        l1=settings.optimizer.l1,
        l2=settings.optimizer.l2,
        penalize_lookups=settings.optimizer.penalize_lookups,
        max_norm=settings.optimizer.max_norm,
        freezing=build_freezing(settings.transfer, static_tables(settings.features)),
        unknown_rate=settings.features.word.unknown_rate,
        activation=settings.network.activation,
        schedule=settings.schedule,
        weights=dict(weights),
    )


def task_weights(settings: Settings, data: TrainingData) -> dict[str, float]:
    """The factor of each task's loss."""
    return {t.name: settings.tasks[t.name].weight if t.name in settings.tasks else 1.0 for t in data.tasks}
