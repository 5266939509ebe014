"""Hyper-parameter search: settings and a space in, a table of trials and the best settings out.

As the course notes advise: few training sentences first, important settings first; then the best ones more closely.
Optuna draws the settings. What has been trained stands in a journal of our own: every draw follows from the seed and
the scores so far, so a line a training is enough to go on from, and a program killed at any moment leaves at most half
a line, which is dropped. (Optuna's journal file cannot be appended to after half a line, and stays locked for a while.)
"""

import json
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import optuna

from tagger.config import Settings
from tagger.errors import SettingsError, TaggerError
from tagger.recipes.search_folder import WORK, Journal, check_output, create, write_best, write_trials
from tagger.recipes.search_parameters import (
    Choices,
    Parameter,
    Range,
    Values,
    changed,
    names_of,
    value_of,
)
from tagger.recipes.search_reports import SearchReport, report_stages
from tagger.recipes.search_rungs import Bench, Progress
from tagger.recipes.search_space import Space, Stage, known_ranges, planned_trials
from tagger.recipes.search_trials import Trial, ranked
from tagger.recipes.search_workers import trainings
from tagger.recipes.training_data import load_training_data

ROUND = 4
"""Trials that `tpe` draws before it looks at their scores: fixed, so that its draws do not depend on the workers."""


def search(
    settings: Settings,
    space: Space,
    output: Path,
    *,
    workers: int = 1,
    force: bool = False,
    resume: bool = False,
    observe: Callable[[Progress], None] = lambda progress: None,
    note: Callable[[str], None] = lambda text: None,
) -> SearchReport:
    """Try the settings of `space` stage after stage and write the folder `output`; with `resume` go on with it.

    workers: trainings at once, each with one thread; the result does not depend on them. (Several are processes of
    their own, so a script that asks for them needs `if __name__ == "__main__":`.) Ctrl-C ends the search: the
    report says so, and finished trainings are kept. Raises TaggerError for settings or data that cannot be, and where
    no trial of a stage can be trained.
    """
    if not resume:
        check_output(output, force=force)
    data = load_training_data(settings)
    if not all(corpus.dev for corpus in data.corpora):
        hint = "Set data.dev, or prepare the folder with development sentences."
        raise SettingsError("data", "development data, whose score decides", "none", hint)
    fingerprints = [corpus.fingerprint for corpus in data.corpora]
    sentences = [len(corpus.train) for corpus in data.corpora]
    del data  # the trainings read it themselves
    if not resume:
        create(output, settings, space, fingerprints, force=force)
    with Journal(output, fingerprints) as journal, trainings(workers, output / WORK) as run:
        if journal.outcomes:
            note(f"{len(journal.outcomes)} trainings are there already")
        trials: list[Trial] = []
        bench = Bench(
            settings=settings,
            journal=journal,
            run=run,
            workers=workers,
            sentences=sentences,
            stages=len(space.stages),
            observe=observe,
            note=note,
            save=lambda: write_trials(output, trials),
        )
        return _search(space, output, bench, trials)


def _search(space: Space, folder: Path, bench: Bench, trials: list[Trial]) -> SearchReport:
    """Stage after stage, each from the best of the one before; `trials` gets all of them."""
    best: Trial | None = None
    starts: list[Values] = [{}]
    ranges: dict[str, Range] = {}  # searched so far
    planned = planned_trials(space)
    bench.plan(list(zip(space.stages, planned, strict=True)))
    bench.note(f"{sum(planned)} trials at most, in {len(planned)} stage{'s' if len(planned) > 1 else ''}")
    interrupted = False
    try:
        for number, stage in enumerate(space.stages, start=1):
            branches = _branches(stage, starts, ranges, (space.seed, number))
            _run_stage(number, stage, branches, bench, trials)
            ranges = known_ranges(ranges, stage)
            done = [t for t in ranked([t for t in trials if t.stage == number]) if t.state == "done"]
            if not done:
                raise _hopeless(number, trials)
            best = done[0]
            write_best(folder, best, changed(bench.settings, best.parameters))
            if number < len(space.stages):
                starts = [trial.parameters for trial in done[: space.stages[number].keep]]
    except KeyboardInterrupt:
        interrupted = True
    return SearchReport(folder, report_stages(space, trials), best, interrupted)


def _hopeless(number: int, trials: Sequence[Trial]) -> TaggerError:
    reason = next(trial.reason for trial in trials if trial.stage == number and trial.reason)
    return TaggerError(
        "expected a trial that can be trained, found only failures",
        where=f"stage {number}",
        hint=f"The first one: {reason}",
    )


class _Draw(NamedTuple):
    branch: "_Branch"
    drawn: optuna.Trial
    values: Values


def _run_stage(
    number: int, stage: Stage, branches: Sequence["_Branch"], bench: Bench, trials: list[Trial]
) -> None:
    """The settings of the stage before and those drawn from them to finished trials, equal settings only once."""
    mine: dict[str, Trial] = {}

    def add(values: Values) -> Trial:
        key = json.dumps(values, sort_keys=True)
        if key not in mine:
            mine[key] = Trial(number, len(mine) + 1, values)
            trials.append(mine[key])
        return mine[key]

    if number > 1:
        names = [name for key, parameter in stage.space.items() for name in sorted(names_of(key, parameter))]
        own = {name: value for name in names if (value := value_of(bench.settings, name)) is not None}
        for branch in branches:
            add({**branch.start, **{name: value for name, value in own.items() if name not in branch.start}})
    bench.begin(len(mine) + sum(branch.trials for branch in branches))
    for draws in _rounds(stage, branches):
        drawn = [add(draw.values) for draw in draws]
        bench.evaluate([trial for trial in mine.values() if trial.state == "running"], stage)
        if stage.method == "tpe":
            for draw, trial in zip(draws, drawn, strict=True):
                draw.branch.tell(draw, trial.score or 0.0)


def _rounds(stage: Stage, branches: Sequence["_Branch"]) -> Iterator[list[_Draw]]:
    """What is drawn before the next scores are known: everything, or a few trials with tpe. At least one round."""
    order = [
        branch
        for turn in range(max(b.trials for b in branches))
        for branch in branches
        if turn < branch.trials
    ]
    size = ROUND if stage.method == "tpe" else max(len(order), 1)
    for begin in range(0, max(len(order), 1), size):
        yield [branch.ask() for branch in order[begin : begin + size]]


def _branches(
    stage: Stage, starts: Sequence[Values], ranges: dict[str, Range], seeds: Sequence[int]
) -> list["_Branch"]:
    """One for each starting point, the trials shared out among them; a grid is walked round each."""
    branches = []
    for place, start in enumerate(starts):
        near = {
            name: known.narrowed(start[name], stage.refine)
            for name, known in ranges.items()
            if stage.refine and name in start
        }
        share = stage.trials // len(starts) + (place < stage.trials % len(starts))
        seed = int(np.random.SeedSequence([*seeds, place]).generate_state(1)[0])
        branches.append(_Branch(stage.method, start, {**near, **stage.space}, seed=seed, trials=share))
    return branches


class _Branch:
    """The settings tried round one starting point, drawn by Optuna."""

    def __init__(
        self, method: str, start: Values, space: dict[str, Parameter], *, seed: int, trials: int
    ) -> None:
        self.start = start
        self._space = space
        self._options = {  # by number: Optuna's choices may be neither lists nor tables
            name: parameter.points(name)
            for name, parameter in space.items()
            if method == "grid" or isinstance(parameter, Choices)
        }
        points = math.prod(map(len, self._options.values()))
        self.trials = 0 if not space else points if method == "grid" else trials
        with _quiet():
            self._study = optuna.create_study(direction="maximize", sampler=self._sampler(method, seed))

    def ask(self) -> _Draw:
        """The next settings: they follow from the seed, how many were drawn before and, with tpe, what was told."""
        with _quiet():
            drawn = self._study.ask()
            values = dict(self.start)
            for name, parameter in self._space.items():
                if name in self._options:
                    options = self._options[name]
                    values |= options[drawn.suggest_categorical(name, range(len(options)))]
                elif isinstance(parameter, Range):
                    values[name] = self._number(drawn, name, parameter)
        return _Draw(self, drawn, values)

    def tell(self, draw: _Draw, score: float) -> None:
        """Say what a drawn setting came to."""
        with _quiet():
            self._study.tell(draw.drawn, score)

    def _number(self, drawn: optuna.Trial, name: str, parameter: Range) -> float:
        if parameter.whole:
            return drawn.suggest_int(name, int(parameter.low), int(parameter.high), log=parameter.log)
        number = drawn.suggest_float(name, parameter.low, parameter.high, log=parameter.log)
        return float(f"{number:.6g}")

    def _sampler(self, method: str, seed: int) -> optuna.samplers.BaseSampler:
        if method == "grid":
            grid = {name: list(range(len(options))) for name, options in self._options.items()}
            return optuna.samplers.GridSampler(grid, seed=seed)
        if method == "tpe":
            first = min(10, max(ROUND, self.trials // 3))
            return optuna.samplers.TPESampler(seed=seed, n_startup_trials=first)
        return optuna.samplers.RandomSampler(seed=seed)


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna without its log and its warnings of what is experimental or will change."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)
