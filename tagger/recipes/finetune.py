"""Fine-tune a model: a training that starts from its network, features, words and labels, all grown for new data.

The grown network says of every text what the model says, until its first step: rows of new words, affixes, shapes and
characters start as the row of unknown ones. (Only labels that are new to a task, and tasks that are new, start at
random.) The best epoch is the one with the best score on the new development data; with rehearsal, with the best mean
of that and the same score on the old development data. Where the model itself scores as much, the report says so.

A model that learnt from raw text alone lends its words and layers; its scorer, which has no tag column, is left out.
Its word stays the only feature: a training with [transfer] (`tagger train --from`) adds others, the better start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from tagger.config import Settings
from tagger.errors import ModelError, TaggerError
from tagger.recipes.finetune_beginning import Beginning, digest_of, read_beginning, trainable_part
from tagger.recipes.finetune_choices import first_rate, left_out_notes, settle, untaught_notes
from tagger.recipes.finetune_data import FinetuneData, load_finetune_data
from tagger.recipes.finetune_parts import score_before
from tagger.recipes.finetune_run import FinetuneRun, Note, Observe
from tagger.recipes.finetune_scores import Measured, new_data, old_data
from tagger.recipes.finetune_settings import Request, build_request
from tagger.recipes.first_state import fit_forms
from tagger.recipes.given_features import GivenFeatures
from tagger.recipes.train import check_output, resume_settings, silent
from tagger.recipes.training_data import TrainingData
from tagger.records import FinetuneReport
from tagger.saved import TaskDescription, read_model
from tagger.text.features import FormFeatures
from tagger.text.growth import grow_features
from tagger.training.engines import Engine, is_first, own_threads
from tagger.training.processes import opened_engine


def finetune(
    model: Path,
    data: str,
    output: Path,
    *,
    overrides: Iterable[str] = (),
    maps: Sequence[str] = (),
    rehearse: Sequence[str] = (),
    old: Sequence[str] = (),
    auto: bool = False,
    force: bool = False,
    observe: Observe = lambda step: None,
    note: Note = lambda text: None,
) -> FinetuneReport:
    """Fine-tune the model in the folder `model` on `data` into the folder `output`.

    data, overrides, maps, rehearse, auto: as in `build_request`. old: data that show what was forgotten, a prepared
    folder or corpus files; by default those rehearsed, else the development data of the model's own training.
    """
    request = build_request(
        model, data, overrides=overrides, maps=maps, rehearse=rehearse, old=old, auto=auto
    )
    return run_finetuning(request, output, force=force, observe=observe, note=note)


def run_finetuning(
    request: Request,
    output: Path,
    *,
    force: bool = False,
    observe: Observe = lambda step: None,
    note: Note = lambda text: None,
) -> FinetuneReport:
    """Fine-tune as `request` says into the folder `output`. Ctrl-C and several processes as in `train`.

    Raises TaggerError for a model, settings or data that cannot be.
    """
    with opened_engine(request.settings.training.device) as engine:
        if is_first(engine):
            return _run(request, output, engine, observe, note, force=force)
        return _run(request, output, engine, silent, silent, force=force)


def _run(
    request: Request, output: Path, engine: Engine, observe: Observe, note: Note, *, force: bool
) -> FinetuneReport:
    check_output(output, force=force, resume=False)
    source = trainable_part(read_model(request.model))
    torch.set_num_threads(own_threads(engine, request.settings.training.threads))
    data = load_finetune_data(request.settings, source.tasks, request.learn)
    request, chosen = settle(request, data, source.features)
    data = replace(data, settings=request.settings)
    features = grow_features(source.features, new_features(request.settings, data.new, source.features))
    measured, notes = _measured(request, data, source.tasks)
    start = Beginning(
        model=str(request.model),
        weights=digest_of(request.model),
        rate=first_rate(request),
        known=source.tasks,
        learn=tuple(data.new.corpus_of),
        old=request.old,
        measured={key: fingerprint for m in measured for key, fingerprint in m.fingerprints.items()},
        new_words=len(features.vocabularies["word"]) - len(source.features.vocabularies["word"]),
        chosen=chosen,
        notes=tuple(notes),
        score=engine.from_first(partial(score_before, source, data, request.settings)),
    )
    left_out = left_out_notes(request, source.features)
    for line in (*left_out, *data.notes, *untaught_notes(request.settings, data), *chosen):
        note(line)
    run = FinetuneRun(request, start, data, features, measured, output, observe, note, engine)
    return run.begin(source, force=force)


def new_features(settings: Settings, new: TrainingData, known: FormFeatures) -> FormFeatures:
    """What the new training data alone would give, with the lists of names, static words and memory of the model."""
    return fit_forms(
        settings, new, None, given=GivenFeatures(gazetteers=known.gazetteers, memory=known.memory)
    )


def resume_finetuning(
    output: Path, *, observe: Observe = lambda step: None, note: Note = lambda text: None
) -> FinetuneReport:
    """Go on with the fine-tuning in the folder `output`, exactly as if it had never been interrupted.

    It needs the data and, if it distils, the model that it started from; no other does. Raises TaggerError.
    """
    settings = resume_settings(output)
    start = read_beginning(output)
    if start is None:
        command = "pretrain" if settings.pretraining.text else "train"
        hint = f"Go on with: tagger {command} --resume {output}"
        raise ModelError("expected a run of `tagger finetune`, found another", where=str(output), hint=hint)
    with opened_engine(settings.training.device) as engine:
        if is_first(engine):
            return _resume(settings, start, output, engine, observe, note)
        return _resume(settings, start, output, engine, silent, silent)


def _resume(
    settings: Settings, start: Beginning, output: Path, engine: Engine, observe: Observe, note: Note
) -> FinetuneReport:
    torch.set_num_threads(own_threads(engine, settings.training.threads))
    request = Request(Path(start.model), settings, learn=start.learn, old=start.old)
    data = load_finetune_data(settings, start.known, start.learn)
    measured, notes = _measured(request, data, start.known)
    changed = [m for m in measured if any(start.measured.get(k, f) != f for k, f in m.fingerprints.items())]
    measured = [m for m in measured if m not in changed]
    notes += [f"{m.gold.name} is no longer what it was: left out of the table" for m in changed]
    start = replace(start, notes=tuple(dict.fromkeys((*start.notes, *notes))))
    features = read_model(output).features
    return FinetuneRun(request, start, data, features, measured, output, observe, note, engine).resume()


def _measured(
    request: Request, data: FinetuneData, known: Sequence[TaskDescription]
) -> tuple[list[Measured], list[str]]:
    """The data of the table, and notes on what is not among them. Data that the user names have to be there."""
    notes = []
    try:
        old = old_data(request, data, known)
    except (TaggerError, OSError) as error:
        if request.old:
            raise
        old = []
        notes.append(f"no old data to show what was forgotten: {error} (--old names some)")
    new = new_data(data)
    if not new:
        notes.append("no new development data: the last epoch is the best")
    return [*old, *new], notes
