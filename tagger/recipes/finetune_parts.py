"""What the loop of a fine-tuning is made of: first weights, corpora with old sentences, what scores, what distils."""

from dataclasses import replace

import numpy as np
import torch

from tagger.config import Settings
from tagger.network.window_network import WindowNetwork
from tagger.recipes.development import Scorer, development_scorer
from tagger.recipes.finetune_data import FinetuneData
from tagger.recipes.rehearsal import mix_in
from tagger.recipes.train import encode_corpora
from tagger.recipes.word_matching import match_items, match_words
from tagger.records import Evaluation
from tagger.text.features import FormFeatures
from tagger.text.vocabulary import UNKNOWN
from tagger.training.augmentation import build_augmentation
from tagger.training.batches import Corpora
from tagger.training.distillation import Teacher, distilled
from tagger.training.loop import Plan


def start_new_rows(network: WindowNetwork, features: FormFeatures, old: FormFeatures) -> None:
    """Rows of items that have no counterpart in `old` become copies of their table's row of unknown items."""
    for name, vocabulary in features.vocabularies.items():
        known = old.vocabularies[name]
        pairs = match_words(features, old)[0] if name == "word" else match_items(vocabulary, known)
        table = network.get_parameter(f"lookup.{name}.weight")
        new = np.setdiff1d(np.arange(len(vocabulary)), pairs.target)
        with torch.no_grad():
            table[torch.from_numpy(new)] = table[UNKNOWN].clone()


def build_corpora(data: FinetuneData, features: FormFeatures, settings: Settings) -> Corpora:
    """What the loop trains on: the new corpora, and of the old ones a share that is drawn for each epoch."""
    encoded = [corpus for part in data.parts for corpus in encode_corpora(part, features)]
    tasks = [part.tasks_of(number) for part in data.parts for number in range(len(part.corpora))]
    corpora = build_augmentation(settings.augmentation, encoded, tasks, features)
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
