"""What the loop of a fine-tuning is made of: first weights, corpora with old sentences, what scores, what distils."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch

from tagger.config import Settings
from tagger.network.window_network import WindowNetwork
from tagger.recipes.development import Scorer, development_scorer
from tagger.recipes.finetune_data import FinetuneData
from tagger.recipes.lessons import encode_corpora
from tagger.recipes.rehearsal import mix_in
from tagger.recipes.training_data import TrainingData
from tagger.recipes.transfer import transfer_layers
from tagger.recipes.word_matching import KINDS, match_items
from tagger.records import Evaluation, TrainReport, TransferReport
from tagger.saved import SavedModel
from tagger.text.features import FormFeatures
from tagger.text.vocabulary import RESERVED, UNKNOWN
from tagger.training.augmentation import build_augmentation
from tagger.training.batches import Corpora
from tagger.training.build import build_network, load_weights
from tagger.training.devices import choose_device
from tagger.training.distillation import Teacher, distilled
from tagger.training.loop import Plan

LAYERS = ("lookup", "trunk", "heads")


def take_over(
    network: WindowNetwork, target: SavedModel, source: SavedModel, *, counts: Mapping[str, int], name: str
) -> TransferReport:
    """Put all of `source`, which is called `name`, into `network`, which `target` describes and which has its tables.

    `counts`: form -> tokens of the new training data. What is new in a table starts as its row of unknown items: a word
    too that the model knows in another spelling alone, for it has read that word as an unknown one so far.
    """
    layers = [group for group in LAYERS if group != "heads" or source.tasks]
    taken = transfer_layers(network, target, source, layers=layers, counts=counts, name=name)
    start_new_rows(network, target.features, source.features)
    known, words = (len(model.features.vocabularies["word"]) for model in (source, target))
    return replace(
        taken,
        layers=tuple(
            replace(layer, copied=known, new=words - known) if layer.layer == "lookup.word" else layer
            for layer in taken.layers
        ),
        matched={**dict.fromkeys(KINDS, 0), KINDS[0]: known - RESERVED},
        covered_after=taken.covered_before,
    )


def start_new_rows(network: WindowNetwork, features: FormFeatures, old: FormFeatures) -> None:
    """Rows of items that are not in `old` become copies of their table's row of unknown items."""
    for name, vocabulary in features.vocabularies.items():
        pairs = match_items(vocabulary, old.vocabularies[name])
        table = network.get_parameter(f"lookup.{name}.weight")
        new = np.setdiff1d(np.arange(len(vocabulary)), pairs.target)
        with torch.no_grad():
            table[torch.from_numpy(new)] = table[UNKNOWN].clone()


def build_corpora(data: FinetuneData, features: FormFeatures, settings: Settings) -> Corpora:
    """What the loop trains on: the new corpora, and of the old ones a share that is drawn for each epoch."""
    encoded = [corpus for part in data.parts for corpus in encode_corpora(part, features)]
    tasks = [part.tasks_of(number) for part in data.parts for number in range(len(part.corpora))]
    corpora = build_augmentation(settings.augmentation, encoded, tasks, features, seed=settings.training.seed)
    return mix_in(corpora, len(data.new.corpora), settings.rehearsal.share) if data.old else corpora


def build_scorer(
    network: WindowNetwork, data: FinetuneData, features: FormFeatures, settings: Settings
) -> Scorer:
    """What scores an epoch: the new development data, and the old ones where they are rehearsed.

    Old scores and losses are named "old.TASK...". With both the mean of the two deciding scores decides; where the old
    data have no such score, the mean of their tasks stands for it.
    """
    training = settings.training
    new = development_scorer(
        network, data.new, features, deciding=training.score, watched_words=training.watched_words
    )
    if data.old is None or not data.old.corpora[0].dev:
        return new
    named = training.score.rpartition(".")[0] in data.old.corpus_of
    old = development_scorer(network, data.old, features, deciding=training.score if named else "mean")
    return lambda: both(new(), old())


def score_before(source: SavedModel, data: FinetuneData, settings: Settings) -> float | None:
    """What the model itself scores, as an epoch is scored; None where it lacks a task that decides."""
    own = {task.name: task for task in source.tasks}
    named = settings.training.score.rpartition(".")[0]
    if not ({named} if named else set(data.new.corpus_of)) <= own.keys():
        return None

    def known(part: TrainingData) -> TrainingData:
        tasks = [replace(task, labels=own[task.name].labels) for task in part.tasks if task.name in own]
        corpus_of = {name: number for name, number in part.corpus_of.items() if name in own}
        return TrainingData(part.corpora, tuple(tasks), corpus_of)

    network = build_network(source.features, source.network, source.tasks)
    load_weights(network, source.weights)
    network.to(choose_device(settings.training.device))
    scored = replace(data, new=known(data.new), old=data.old and known(data.old))
    unwatched = settings.training.model_copy(update={"watched_words": 0})
    return build_scorer(
        network, scored, source.features, settings.model_copy(update={"training": unwatched})
    )().score


def no_better_note(before: float | None, training: TrainReport, deciding: str) -> tuple[str, ...]:
    """That no epoch decided by the score `deciding` is better than the model that had the score `before`, if so."""
    best = training.best_score
    if before is None or best is None or best > before:
        return ()
    return (
        f"no epoch beats the model before fine-tuning: {deciding} {100 * before:.2f}% before, "
        f"{100 * best:.2f}% at best (epoch {training.best_epoch})",
    )


def both(new: Evaluation, old: Evaluation) -> Evaluation:
    """The two as one, with the mean of their deciding scores."""
    deciding = [found.score for found in (new, old) if found.score is not None]
    return replace(
        new,
        scores={**new.scores, **{f"old.{name}": value for name, value in old.scores.items()}},
        losses={**new.losses, **{f"old.{name}": value for name, value in old.losses.items()}},
        score=sum(deciding) / len(deciding) if deciding else None,
    )


def with_teacher(plan: Plan, teacher: Teacher | None, settings: Settings) -> Plan:
    """The plan with the losses that the teacher adds, each with its task's weight times that of distillation."""
    if teacher is None:
        return plan
    factor = settings.rehearsal.distillation
    weights = {distilled(task): factor * plan.weights[task] for task in teacher.labels}
    return replace(plan, teacher=teacher, weights={**plan.weights, **weights})
