"""What the user leaves open of a fine-tuning to settings: learning rate, layers that do not learn."""

from dataclasses import replace

from tagger.config import Settings
from tagger.recipes.finetune_advice import RATE, advise, batch_size, reasons
from tagger.recipes.finetune_beginning import read_beginning
from tagger.recipes.finetune_data import FinetuneData
from tagger.recipes.finetune_settings import Request
from tagger.recipes.first_state import count_training_forms
from tagger.recipes.word_matching import covered_tokens, word_feature
from tagger.saved import TaskDescription
from tagger.text.features import FormFeatures

STATED = {
    "transfer.freeze": "layers",
    "transfer.thaw": "layers",
    "optimizer.rate": "rate",
    "training.batch_words": "batches",
}
"""Settings that hold over what the data advise, and what they decide."""


def settle(request: Request, data: FinetuneData, features: FormFeatures) -> tuple[Request, tuple[str, ...]]:
    """The request with its open settings filled in, and what was chosen by the data, in words.

    `features`: those of the model. The learning rate is that of the model's own training (of the first one, if it was
    fine-tuned itself) times RATE, or with --auto times what the size of the data advises; for a model without tasks it
    is the program's. The heads of tasks that neither data nor the model teach stay as they are. What the user stated
    holds.
    """
    settings, chosen = data.settings, []
    factor = RATE if request.has_tasks else 1.0
    freeze, thaw = settings.transfer.freeze, settings.transfer.thaw
    if request.auto:
        counts = count_training_forms(data.new)
        words = counts.total()
        known = features.vocabularies["word"].items
        coverage = covered_tokens(counts, word_feature(features), known) / max(words, 1)
        advice = advise(words, coverage)
        batch = batch_size(words, settings.training.batch_words)
        stated = {what for name, what in STATED.items() if name in request.stated}
        chosen = [*reasons(words, coverage, advice, batch, stated)]
        factor = advice.rate
        if "training.batch_words" not in request.stated:
            settings = _changed(settings, "training", batch_words=batch)
        if not {"transfer.freeze", "transfer.thaw"} & request.stated:
            freeze, thaw = advice.freeze, advice.thaw
    if "optimizer.rate" not in request.stated:
        rate = first_rate(request) * factor
        settings = _changed(settings, "optimizer", rate=rate)
    kept = [task.name for task in data.tasks if task.name in data.untaught and not _distilled(settings, task)]
    freeze = tuple(dict.fromkeys((*freeze, *(f"heads.{name}" for name in kept))))
    settings = _changed(settings, "transfer", freeze=freeze, thaw=thaw)
    return replace(request, settings=settings), tuple(chosen)


def first_rate(request: Request) -> float:
    """The learning rate that the model was trained with before any fine-tuning."""
    before = read_beginning(request.model)
    return before.rate if before else request.own_rate


def untaught_notes(settings: Settings, data: FinetuneData) -> list[str]:
    """What becomes of each task that no corpus teaches, and why none does."""
    kept = {True: "learns to say what the model says", False: "keeps its head as it is"}
    return [
        f"{task.name} {kept[_distilled(settings, task)]}: {data.why_untaught(task)}"
        for task in data.tasks
        if task.name in data.untaught
    ]


def left_out_notes(request: Request, features: FormFeatures) -> list[str]:
    """Which tasks of the model the new one has not, and what else its start on raw text entails."""
    notes = [f"{name} is left out: it has no tag column to learn from" for name in request.left_out]
    if request.left_out and len(features.features) == 1 and not features.characters:
        notes.append(
            "the word stays the only feature; "
            f"`tagger train --from {request.model}` adds capitals, affixes and characters, the better start"
        )
    return notes


def _distilled(settings: Settings, task: TaskDescription) -> bool:
    """Whether the model itself teaches the task; the scores of a scorer are no probabilities to learn from."""
    return settings.rehearsal.distillation > 0 and not task.is_scorer


def _changed(settings: Settings, section: str, **values: object) -> Settings:
    part = getattr(settings, section)
    return settings.model_copy(update={section: part.model_copy(update=values)})
