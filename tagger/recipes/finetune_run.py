"""A fine-tuning that is settled to its epochs and its table: from the first epoch, or from where it stands."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.network.window_network import WindowNetwork
from tagger.recipes.calibrate import calibrate_run
from tagger.recipes.epochs import follow
from tagger.recipes.finetune_beginning import KEY, Beginning, same_model
from tagger.recipes.finetune_data import FinetuneData
from tagger.recipes.finetune_labels import new_types
from tagger.recipes.finetune_parts import build_corpora, build_scorer, no_better_note, take_over, with_teacher
from tagger.recipes.finetune_scores import BEFORE, Measured, count, read_before, rows_of
from tagger.recipes.finetune_settings import Request
from tagger.recipes.first_state import begin, count_training_forms, first_network
from tagger.recipes.gold import known_forms
from tagger.recipes.lessons import build_plan, task_weights
from tagger.recipes.rehearsal import rehearsal_line
from tagger.recipes.rows_in_use import RowsInUse, put_aside
from tagger.recipes.run_folder import RunFolder
from tagger.recipes.train import run_facts, tell
from tagger.recipes.training_data import with_reading
from tagger.recipes.training_forms import dump_grown
from tagger.recipes.transfer_notes import learning_notes
from tagger.recipes.transfer_record import TRANSFER, dump_transfer, read_transfer
from tagger.records import FinetuneReport, Step, TrainReport, TransferReport
from tagger.reports.finetune import finetune_as_json
from tagger.saved import AMBIGUOUS, SavedModel, read_model
from tagger.text.features import FormFeatures
from tagger.training.build import describe_network
from tagger.training.distillation import Teacher
from tagger.training.engines import ALONE, Engine, is_first
from tagger.training.loop import TrainingState, train_epochs
from tagger.whole_files import write_file

FINETUNE = "finetune.json"
"""In a model folder: the table of scores before and after, and what was new."""

Observe = Callable[[Step], None]
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FinetuneRun:
    """A fine-tuning from its first epoch, or from where it stands, to its table."""

    request: Request
    start: Beginning
    data: FinetuneData
    features: FormFeatures
    measured: list[Measured]
    output: Path
    observe: Observe
    note: Note
    engine: Engine = ALONE

    def begin(self, source: SavedModel, *, force: bool) -> FinetuneReport:
        """The first epoch follows."""
        tell(self.data.new, self.note)
        if self.data.old:
            words = [sum(len(s.tokens) for c in part.corpora for s in c.train) for part in self.data.parts]
            self.note(rehearsal_line(words[0], words[1], self.request.settings.rehearsal.share))
            tell(self.data.old, self.note)
        before = count(source, self.measured) if is_first(self.engine) else {}
        network = self._network()
        taken = self._take_over(network, source)
        features, aside = put_aside(self.request.settings, self.data.parts, network, self.features)
        state = begin(self.request.settings, network, self.engine)
        self._tell_learning(network, taken)
        run = self._folder(taken, before, aside, force=force)
        return self._go(state, features, run, self._teacher(network), before, taken)

    def resume(self) -> FinetuneReport:
        """The epoch follows that the run stopped before."""
        network = self._network()
        taken = read_transfer(self.output)
        if self.request.settings.rehearsal.distillation:
            self._take_over(network, same_model(self.start))
        features, aside = put_aside(self.request.settings, self.data.parts, network, self.features)
        state = begin(self.request.settings, network, self.engine)
        self._tell_learning(network, taken)
        teacher = self._teacher(network)
        run = self._folder(taken, {}, aside, force=False)
        run.resume(state)
        return self._go(state, features, run, teacher, read_before(self.output), taken)

    def _tell_learning(self, network: WindowNetwork, taken: TransferReport | None) -> None:
        filled = {layer.layer for layer in taken.layers} if taken else set()
        for line in learning_notes(self.request.settings.transfer, network, filled):
            self.note(line)

    def _network(self) -> WindowNetwork:
        return first_network(self.request.settings, self.data.new, self.features, None)

    def _target(self) -> SavedModel:
        network = describe_network(self.request.settings.network)
        return SavedModel(network, self.data.tasks, self.features, {})

    def _take_over(self, network: WindowNetwork, source: SavedModel) -> TransferReport:
        """Put all of `source` into `network`, whose new rows are as the row of unknown items there."""
        counts = count_training_forms(self.data.new)
        chosen = self.request.settings.transfer
        taken = take_over(network, self._target(), source, counts=counts, name=self.start.model)
        return replace(taken, frozen=chosen.freeze, thaw=dict(chosen.thaw))

    def _teacher(self, network: WindowNetwork) -> Teacher | None:
        if not self.request.settings.rehearsal.distillation:
            return None
        return Teacher(network, {task.name: len(task.labels) for task in self.start.known})

    def _folder(
        self,
        taken: TransferReport | None,
        before: Mapping[str, NDArray[np.int64]],
        aside: RowsInUse | None,
        *,
        force: bool,
    ) -> RunFolder:
        settings, parts = self.request.settings, self.data.parts
        facts: dict[str, Any] = {}
        entries: list[dict[str, Any]] = []
        for part in reversed(parts):  # the new data last: of a task in both their words are those that count
            facts = dict(run_facts(settings, part, self.engine))
            entries += facts["data"]
        facts |= {"data": entries, KEY: asdict(self.start)}
        forms = {form for part in parts for c in part.corpora for s in c.train for form in s.tokens}
        forms |= known_forms(self.request.model) or frozenset()
        target = self._target()
        if taken:
            target.extra_files[TRANSFER] = dump_transfer(taken)
        if (ambiguous := dump_grown(self.request.model, parts)) is not None:
            target.extra_files[AMBIGUOUS] = ambiguous
        return RunFolder(
            self.output,
            target,
            with_reading(settings, self.data.new),
            facts=facts,
            forms=sorted(forms),
            arrays={BEFORE: before},
            force=force,
            aside=aside,
            writes=is_first(self.engine),
        )

    def _go(
        self,
        state: TrainingState,
        features: FormFeatures,
        run: RunFolder,
        teacher: Teacher | None,
        before: Mapping[str, NDArray[np.int64]],
        taken: TransferReport | None,
    ) -> FinetuneReport:
        evaluate = build_scorer(state.network, self.data, features, self.request.settings)
        plan = with_teacher(
            build_plan(self.request.settings, task_weights(self.request.settings, self.data.new)),
            teacher,
            self.request.settings,
        )
        rounds = train_epochs(
            state, build_corpora(self.data, features, self.request.settings), plan, evaluate
        )
        training = replace(follow(rounds, state, run, self.observe), transfer=taken)
        if is_first(self.engine):
            return self._told(training, before)
        return FinetuneReport(training, self.start.model, rows=(), new_labels={}, new_words=0)

    def _told(self, training: TrainReport, before: Mapping[str, NDArray[np.int64]]) -> FinetuneReport:
        """The report of a training that is over, which is written too."""
        if self.request.settings.training.calibrate:
            fitted = calibrate_run(self.output, self.data.parts, self.note)
            training = replace(training, calibration=fitted)
        decides = self.request.settings.training.score
        rows = rows_of(self.measured, before, count(read_model(self.output), self.measured))
        report = FinetuneReport(
            training=training,
            model=self.start.model,
            rows=rows,
            new_labels=new_types(self.start.known, self.data.tasks),
            new_words=self.start.new_words,
            chosen=self.start.chosen,
            notes=(*self.start.notes, *no_better_note(self.start.score, training, decides)),
        )
        text = json.dumps(finetune_as_json(report), indent=2, ensure_ascii=False)
        write_file(self.output / FINETUNE, text + "\n")
        return report
