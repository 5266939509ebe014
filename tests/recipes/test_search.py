"""Searches over trainings whose scores are planted: what is tried, what goes on, what is kept."""

import json
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tagger.config import Settings
from tagger.errors import ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.recipes import search as recipe
from tagger.recipes.search import search
from tagger.recipes.search_folder import BEST, JOURNAL, SPACE, TRIALS, searched
from tagger.recipes.search_reports import SearchReport
from tagger.recipes.search_rungs import Progress
from tagger.recipes.search_space import Space, parse_space
from tagger.recipes.search_trials import Outcome
from tagger.settings_file import load_settings, parse_settings

RATES = 'optimizer.rate = { low = 1e-5, high = 10.0, scale = "log" }\n'


class Planted:
    """Stands in for the trainings: scores are best at a rate of 0.01 and with tanh, and grow with the epochs."""

    def __init__(self) -> None:
        self.trained: list[Settings] = []
        self.before: Callable[[Settings], None] = lambda settings: None
        self.reverse = False  # the order in which trainings end

    def outcome(self, settings: Settings) -> Outcome:
        self.before(settings)
        self.trained.append(settings)
        training, rate = settings.training, settings.optimizer.rate
        if rate > 5.0:
            return Outcome(None, 0, 0.5, "training: expected a finite loss, found nan at step 3.")
        score = 0.9 - 0.1 * abs(math.log10(rate) + 2) - 0.1 / training.epochs + 0.01 * (training.seed % 2)
        return Outcome(score - 0.05 * (settings.network.activation != "tanh"), training.epochs, 0.5)

    @contextmanager
    def trainings(self, workers: int, folder: Path) -> Iterator[Any]:
        def run(jobs: Mapping[str, Settings]) -> Iterator[tuple[str, Outcome]]:
            for key in list(jobs)[:: -1 if self.reverse else 1]:
                yield key, self.outcome(jobs[key])

        yield run


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Planted:
    planted = Planted()
    monkeypatch.setattr(recipe, "trainings", planted.trainings)
    return planted


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "corpus.conll"
    path.write_text("Ada N\nreads V\n\nZoë N\nsleeps V\n", encoding="utf-8")
    data = {"train": [str(path)], "dev": [str(path)], "columns": ["word", "pos"]}
    return parse_settings(
        {"data": data, "tasks": {"pos": {}}, "training": {"epochs": 9, "seed": 5, "threads": 2}}
    )


def space(settings: Settings, text: str) -> Space:
    return parse_space(text, settings)


def timeless(report: SearchReport) -> list[dict[str, Any]]:
    return [{**trial.as_json(), "seconds": 0} for stage in report.stages for trial in stage.trials]


def test_a_grid_is_covered_exactly_once(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    text = 'method = "grid"\n[space]\noptimizer.rate = { low = 1e-4, high = 1.0, scale = "log", steps = 5 }\n'
    text += 'network.activation = ["relu", "tanh"]\nnetwork.hidden = [[10], [20, 20]]\n'
    report = search(settings, space(settings, text), tmp_path / "out")
    tried = [(s.optimizer.rate, s.network.activation, s.network.hidden) for s in planted.trained]
    rates, hidden = [1e-4, 1e-3, 1e-2, 1e-1, 1.0], [(10,), (20, 20)]
    assert sorted(tried) == sorted((r, a, h) for r in rates for a in ("relu", "tanh") for h in hidden)
    assert report.best is not None
    assert (report.best.parameters["optimizer.rate"], report.best.parameters["network.activation"]) == (
        0.01,
        "tanh",
    )
    lines = [json.loads(line) for line in (tmp_path / "out" / TRIALS).read_text().splitlines()]
    assert [line["trial"] for line in lines] == list(range(1, 21))
    assert {line["state"] for line in lines} == {"done"}


def test_a_training_has_the_settings_of_the_file_but_for_what_the_stage_says(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = "seeds = 3\nsample = 100\nepochs = 4\n[space]\noptimizer.rate = [0.02]\n"
    search(settings, space(settings, text), tmp_path / "out")
    assert [s.training.seed for s in planted.trained] == [5, 6, 7]
    for found in planted.trained:
        assert (found.data.sample, found.training.epochs, found.training.threads) == (100, 4, 1)
        assert (found.optimizer.rate, found.tasks, found.data.train) == (
            0.02,
            settings.tasks,
            settings.data.train,
        )


def test_best_toml_holds_the_settings_file_with_the_best_values(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = "seeds = 2\nsample = 100\nepochs = 4\n[space]\noptimizer.rate = [0.1, 0.02, 0.5]\n"
    report = search(settings, space(settings, f'method = "grid"\n{text}'), tmp_path / "out")
    expected = settings.model_copy(update={"optimizer": settings.optimizer.model_copy(update={"rate": 0.02})})
    assert load_settings(tmp_path / "out" / BEST) == expected
    assert report.best is not None
    score = (
        0.9 - 0.1 * abs(math.log10(0.02) + 2) - 0.1 / 4 - 0.05 + 0.005
    )  # relu; the mean of the seeds 5 and 6
    assert report.best.score == pytest.approx(score)
    first = (tmp_path / "out" / BEST).read_text().splitlines()[0]
    assert (
        first
        == f"# The best settings of a search: stage 1, trial {report.best.number}, score {100 * score:.2f}."
    )


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_a_search_is_reproducible_and_does_not_depend_on_the_order_in_which_trainings_end(
    settings: Settings, tmp_path: Path, planted: Planted, method: str
) -> None:
    text = f'method = "{method}"\ntrials = 14\n[space]\n{RATES}network.activation = ["relu", "tanh"]\n'
    one = search(settings, space(settings, text), tmp_path / "one")
    planted.reverse = True
    other = search(settings, space(settings, text), tmp_path / "other", workers=3)
    assert timeless(one) == timeless(other)
    assert len(one.stages[0].trials) == 14
    another = search(settings, space(settings, f"seed = 2\n{text}"), tmp_path / "another")
    assert timeless(another) != timeless(one)


def test_drawn_numbers_lie_in_their_ranges_and_whole_ones_are_whole(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = f"trials = 40\n[space]\n{RATES}features.suffix.dim = {{ low = 2, high = 4 }}\nnetwork.dropout = {{ low = 0, high = 0.5 }}"
    search(settings, space(settings, text), tmp_path / "out")
    rates = [s.optimizer.rate for s in planted.trained]
    assert all(1e-5 <= rate <= 10 for rate in rates)
    assert 10 <= sum(rate < 1e-2 for rate in rates) <= 30  # half of the range on its scale
    assert {s.features.suffix.dim for s in planted.trained} == {2, 3, 4}
    assert all(0 <= s.network.dropout <= 0.5 for s in planted.trained)


def test_tpe_looks_where_scores_were_good(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    """Twice as many of its later trials lie within a decade round the planted best rate as of random ones."""

    def near(method: str) -> int:
        planted.trained.clear()
        text = f'method = "{method}"\ntrials = 40\n[space]\n{RATES}'
        search(settings, space(settings, text), tmp_path / method)
        return sum(abs(math.log10(s.optimizer.rate) + 2) < 0.5 for s in planted.trained[20:])

    assert near("tpe") >= 2 * near("random") > 0


def test_halving_gives_the_worse_trials_fewer_epochs(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    notes: list[str] = []
    rates = [1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-2, 1e-3, 1e-4, 1e-1]
    text = f'method = "grid"\nhalving = 3\n[space]\noptimizer.rate = {rates}\n'
    report = search(settings, space(settings, text), tmp_path / "out", note=notes.append)
    epochs = {
        rate: [s.training.epochs for s in planted.trained if s.optimizer.rate == rate] for rate in rates
    }
    assert epochs[1e-2] == [1, 3, 9]
    assert epochs[1e-3] == epochs[1e-1] == [1, 3]
    assert all(epochs[rate] == [1] for rate in rates if rate not in (1e-1, 1e-2, 1e-3))
    states = [(t.parameters["optimizer.rate"], t.state) for t in report.stages[0].trials]
    assert states[0] == (1e-2, "done")
    assert {state for _, state in states[1:]} == {"stopped"}
    assert notes == [
        "9 trials at most, in 1 stage",
        "stage 1: 3 of 9 trials go on with 3 epochs",
        "stage 1: 1 of 9 trials go on with 9 epochs",
    ]
    first = report.stages[0].trials[0].as_json()
    assert (first["epochs"], [rung["epochs"] for rung in first["rungs"]]) == (9, [1, 3])


def test_a_later_stage_starts_from_the_best_and_tries_them_too(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = (
        'method = "grid"\n[[stages]]\nepochs = 1\n[stages.space]\noptimizer.rate = [1e-4, 1e-2, 1e-1, 1e-3]\n'
    )
    text += '[[stages]]\nkeep = 2\n[stages.space]\nnetwork.activation = ["relu", "tanh"]\n'
    report = search(settings, space(settings, text), tmp_path / "out")
    later = [(s.optimizer.rate, s.network.activation) for s in planted.trained if s.training.epochs == 9]
    assert sorted(later) == [(1e-2, "relu"), (1e-2, "tanh"), (1e-1, "relu"), (1e-1, "tanh")]
    assert report.best is not None and report.best.stage == 2
    assert report.best.parameters == {"optimizer.rate": 1e-2, "network.activation": "tanh"}


def test_a_section_that_the_settings_leave_out_stays_out_where_the_best_are_tried_again(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    """The settings give the task no corpus of its own, so there is no value of theirs to go back to."""
    text = (
        'method = "grid"\n[[stages]]\n[stages.space]\noptimizer.rate = [1e-2]\n[[stages]]\n[stages.space]\n'
    )
    text += f"tasks.pos.data = [{{ train = {list(settings.data.train)}, columns = ['word', 'pos'] }}]\n"
    report = search(settings, space(settings, text), tmp_path / "out")
    assert [trial.state for trial in report.stages[1].trials] == ["done", "done"]
    assert {"optimizer.rate": 1e-2} in [trial.parameters for trial in report.stages[1].trials]


def test_a_stage_without_a_space_tries_the_best_again(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = f"[[stages]]\ntrials = 8\nepochs = 1\n[stages.space]\n{RATES}\n[[stages]]\nkeep = 3\nseeds = 2\n"
    report = search(settings, space(settings, text), tmp_path / "out")
    first, second = report.stages
    assert [t.parameters for t in second.trials] == [t.parameters for t in first.trials[:3]]
    assert len(planted.trained) == 8 + 6


def test_refining_looks_round_the_best(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    text = f"[[stages]]\ntrials = 8\nepochs = 1\n[stages.space]\n{RATES}\n[[stages]]\nrefine = 0.2\ntrials = 12\n"
    report = search(settings, space(settings, text), tmp_path / "out")
    best = report.stages[0].trials[0].parameters["optimizer.rate"]
    later = [s.optimizer.rate for s in planted.trained if s.training.epochs == 9]
    assert len(later) == 13 and later[0] == best
    reach = 10 ** (0.2 * 6 / 2)  # the range spans six decades
    assert all(best / reach * 0.999 <= rate <= best * reach * 1.001 for rate in later)


def test_equal_settings_are_trained_once(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    text = 'trials = 30\n[space]\nnetwork.activation = ["relu", "tanh", "sigmoid"]\n'
    report = search(settings, space(settings, text), tmp_path / "out")
    assert len(planted.trained) == len(report.stages[0].trials) == 3


def test_a_trial_that_fails_is_last_and_says_why(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = 'method = "grid"\nseeds = 2\n[space]\noptimizer.rate = [9.0, 1e-2, 1e-9]\n'
    report = search(settings, space(settings, text), tmp_path / "out")
    last = report.stages[0].trials[-1].as_json()
    assert (last["state"], last["score"], last["scores"]) == ("failed", None, [None, None])
    assert last["reason"] == "training: expected a finite loss, found nan at step 3."
    assert [t.state for t in report.stages[0].trials] == ["done", "done", "failed"]


def test_values_that_do_not_go_together_fail_their_trial_only(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = (
        "method = 'grid'\n[space]\ntasks.pos.data.folder = ['', 'there']\ntasks.pos.data.train = [['file']]\n"
    )
    report = search(settings, space(settings, text), tmp_path / "out")
    first, second = report.stages[0].trials
    assert (first.state, second.state) == ("done", "failed")
    assert first.parameters["tasks.pos.data.folder"] == ""
    assert second.reason == (
        "tasks.pos.data: expected either folder or train and dev, not both, "
        "found {'folder': 'there', 'train': ('file',)}."
    )


def test_a_search_without_a_trial_that_can_be_trained_is_an_error(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    text = "method = 'grid'\n[space]\noptimizer.rate = [8.0, 9.0]\n"
    with pytest.raises(TaggerError) as caught:
        search(settings, space(settings, text), tmp_path / "out")
    assert str(caught.value) == (
        "stage 1: expected a trial that can be trained, found only failures. "
        "The first one: training: expected a finite loss, found nan at step 3."
    )


@pytest.mark.parametrize("method", ["random", "grid", "tpe"])
@pytest.mark.parametrize("after", [1, 6, 11])
def test_an_interrupted_search_goes_on_to_what_an_uninterrupted_one_gives(
    settings: Settings, tmp_path: Path, planted: Planted, method: str, after: int
) -> None:
    halving = 0 if method == "tpe" else 2
    text = f'method = "{method}"\ntrials = 8\nseeds = 2\n[[stages]]\nhalving = {halving}\nepochs = 4\n'
    text += '[stages.space]\noptimizer.rate = { low = 1e-5, high = 10.0, scale = "log", steps = 4 }\n'
    text += '[[stages]]\nkeep = 2\nrefine = 0.5\n[stages.space]\nnetwork.activation = ["relu", "tanh"]\n'
    whole = search(settings, space(settings, text), tmp_path / "whole")
    count = len(planted.trained)
    planted.trained.clear()

    def interrupt(found: Settings) -> None:
        if len(planted.trained) == after:
            raise KeyboardInterrupt

    planted.before = interrupt
    broken = search(settings, space(settings, text), tmp_path / "broken")
    assert broken.interrupted
    with (tmp_path / "broken" / JOURNAL).open("ab") as file:
        file.write(b'{"key": "12')  # a line that a killed program left half written
    planted.before = lambda found: None
    loaded, described = searched(tmp_path / "broken")
    resumed = search(loaded, described, tmp_path / "broken", resume=True)
    assert len(planted.trained) == count  # what was finished is not trained again
    assert timeless(resumed) == timeless(whole)
    assert not resumed.interrupted
    for name in (BEST, SPACE):
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    again = search(loaded, described, tmp_path / "broken", resume=True)
    assert len(planted.trained) == count and timeless(again) == timeless(whole)


def test_what_is_finished_is_in_the_report_of_an_interrupted_search(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    def interrupt(found: Settings) -> None:
        if len(planted.trained) == 2:
            raise KeyboardInterrupt

    planted.before = interrupt
    text = "trials = 5\n[space]\n" + RATES
    report = search(settings, space(settings, text), tmp_path / "out")
    assert report.interrupted and report.best is None
    assert sorted(t.number for t in report.stages[0].trials) == [1, 2]
    assert len((tmp_path / "out" / TRIALS).read_text().splitlines()) == 2


def test_progress_says_what_is_best_and_how_long_it_takes_at_most(
    settings: Settings, tmp_path: Path, planted: Planted
) -> None:
    """Three trials of 0.5 s and 9 epochs each, then one of two thirds of the epochs, shared out to two workers."""
    seen: list[Progress] = []
    text = 'method = "grid"\n[[stages]]\n[stages.space]\noptimizer.rate = [1e-4, 1e-2, 1e-3]\n[[stages]]\nepochs = 6\n'
    search(settings, space(settings, text), tmp_path / "out", observe=seen.append, workers=2)
    assert [(p.trial.stage, p.trial.number, p.trials, p.stages) for p in seen] == [
        (1, 1, 3, 2),
        (1, 2, 3, 2),
        (1, 3, 3, 2),
        (2, 1, 1, 2),
    ]
    rates = [1e-4, 1e-2, 1e-3]
    scores = {p.trial.parameters["optimizer.rate"]: p.trial.score or 0.0 for p in seen[:3]}
    assert sorted(scores) == sorted(rates)
    for place in range(3):
        best = seen[place].best
        assert best is not None
        assert best.score == max(p.trial.score or 0.0 for p in seen[: place + 1])
    left = [(2 + 6 / 9) * 0.5 / 2, (1 + 6 / 9) * 0.5 / 2, 6 / 9 * 0.5 / 2, 0.0]
    assert [p.seconds_left for p in seen] == pytest.approx(left, abs=1e-9)


def test_optuna_is_neither_heard_nor_changed(
    settings: Settings, tmp_path: Path, planted: Planted, capfd: pytest.CaptureFixture[str]
) -> None:
    import optuna

    before = optuna.logging.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in ("grid", "random", "tpe"):
            text = f'method = "{method}"\n[space]\nnetwork.dropout = {{ low = 0, high = 0.5, steps = 3 }}\n'
            search(settings, space(settings, text), tmp_path / method)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == before


def test_nothing_is_overwritten_without_force(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    described = space(settings, "[space]\noptimizer.rate = [0.1]\n")
    search(settings, described, tmp_path / "out")
    with pytest.raises(OutputExistsError):
        search(settings, described, tmp_path / "out")
    search(settings, described, tmp_path / "out", force=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").touch()
    with pytest.raises(TaggerError) as caught:
        search(settings, described, other, force=True)
    assert str(caught.value) == (
        f"{other}: expected a search to replace, found something else. "
        "--force replaces only a folder that `tagger search` wrote; choose another output."
    )
    assert [path.name for path in other.iterdir()] == ["thesis.tex"]


def test_data_without_development_sentences(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    settings = settings.model_copy(update={"data": settings.data.model_copy(update={"dev": ()})})
    with pytest.raises(SettingsError) as caught:
        search(settings, space(settings, "[space]\noptimizer.rate = [0.1]\n"), tmp_path / "out")
    assert str(caught.value) == (
        "data: expected development data, whose score decides, found none. "
        "Set data.dev, or prepare the folder with development sentences."
    )
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_resumed(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    out = tmp_path / "out"
    with pytest.raises(ModelError) as caught:
        searched(out)
    assert (
        str(caught.value)
        == f"{out}: expected a search with journal.jsonl, found none. Search without --resume."
    )
    described = space(settings, "[space]\noptimizer.rate = [0.1]\n")
    search(settings, described, out)
    journal = (out / JOURNAL).read_text()

    (out / JOURNAL).write_text(journal + "[]\n")
    with pytest.raises(ModelError) as caught:
        search(settings, described, out, resume=True)
    assert str(caught.value) == (
        f"{out / JOURNAL}:3: expected a line of a search's journal, found another. "
        "It is damaged; search again without --resume."
    )

    (out / JOURNAL).write_text(journal)
    (tmp_path / "corpus.conll").write_text("Ada N\nwrites V\n", encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        search(settings, described, out, resume=True)
    assert str(caught.value) == (
        f"{out}: expected the data of this search, found other data. "
        "Restore the data, or search again without --resume."
    )


def test_one_search_at_a_time(settings: Settings, tmp_path: Path, planted: Planted) -> None:
    described = space(settings, "[space]\noptimizer.rate = [0.1]\n")
    messages = []

    def again(found: Settings) -> None:
        with pytest.raises(TaggerError) as caught:
            search(settings, described, tmp_path / "out", resume=True)
        messages.append(str(caught.value))

    planted.before = again
    search(settings, described, tmp_path / "out")
    assert messages == [f"{tmp_path / 'out'}: expected a search at rest, found one that is running."]
