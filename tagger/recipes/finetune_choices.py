"""What the user leaves open of a fine-tuning to settings: learning rate, layers that do not learn."""

from collections.abc import Sequence
from dataclasses import replace

from tagger.config import Settings
from tagger.recipes.finetune_advice import RATE, advise, batch_size, reasons
from tagger.recipes.finetune_beginning import read_beginning
from tagger.recipes.finetune_data import FinetuneData
from tagger.recipes.finetune_settings import Request
from tagger.recipes.first_state import count_training_forms
from tagger.recipes.word_matching import covered_tokens, word_feature
from tagger.text.features import FormFeatures

STATED = {
    "transfer.freeze": "the layers to freeze are those stated",
    "transfer.thaw": "the layers to thaw are those stated",
    "optimizer.rate": "the rate is the one stated",
    "training.batch_words": "the batches are those stated",
}


def settle(request: Request, data: FinetuneData, features: FormFeatures) -> tuple[Request, tuple[str, ...]]:
    """The request with its open settings filled in, and what was chosen by the data, in words.

    `features`: those of the model. The learning rate is that of the model's own training (of the first one, if it was
    fine-tuned itself) times RATE, or with --auto times what the size of the data advises; for a model without tasks it
    is the program's. The heads of tasks that nothing teaches stay as they are. What the user stated holds.
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
        chosen = [*reasons(words, coverage, advice, batch), *_overruled(request)]
        factor = advice.rate
        if "training.batch_words" not in request.stated:
            settings = _changed(settings, "training", batch_words=batch)
        if not {"transfer.freeze", "transfer.thaw"} & request.stated:
            freeze, thaw = advice.freeze, advice.thaw
    if "optimizer.rate" not in request.stated:
        rate = first_rate(request) * factor
        settings = _changed(settings, "optimizer", rate=rate)
    if not settings.rehearsal.distillation:
        freeze = tuple(dict.fromkeys((*freeze, *(f"heads.{name}" for name in data.untaught))))
    settings = _changed(settings, "transfer", freeze=freeze, thaw=thaw)
    return replace(request, settings=settings), tuple(chosen)


def first_rate(request: Request) -> float:
    """The learning rate that the model was trained with before any fine-tuning."""
    before = read_beginning(request.model)
    return before.rate if before else request.own_rate


def untaught_notes(settings: Settings, untaught: Sequence[str]) -> list[str]:
    """What becomes of each task that no corpus teaches."""
    kept = (
        "learns to say what the model says" if settings.rehearsal.distillation else "keeps its head as it is"
    )
    return [f"{name} {kept}: no data have its column" for name in untaught]


def _overruled(request: Request) -> list[str]:
    return [f"but {what}" for name, what in STATED.items() if name in request.stated]


def _changed(settings: Settings, section: str, **values: object) -> Settings:
    part = getattr(settings, section)
    return settings.model_copy(update={section: part.model_copy(update=values)})
