"""Real trainings of a search: one after another and side by side, those that fail and those that die."""

import json
import multiprocessing
import threading
import time
from pathlib import Path

import pytest

from tagger.config import Settings
from tagger.recipes.search import search
from tagger.recipes.search_folder import BEST, WORK
from tagger.recipes.search_space import parse_space
from tagger.recipes.search_trials import Outcome
from tagger.recipes.search_workers import run_training, trainings
from tagger.recipes.train import train
from tagger.settings_file import load_settings, parse_settings

CORPUS = """\
Ada NNP
lives VBZ
in IN
Paris NNP
. .

Maria NNP
reads VBZ
. .

The DT
train NN
is VBZ
late JJ
. .
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "corpus.conll"
    path.write_text(CORPUS, encoding="utf-8")
    return parse_settings(
        {
            "data": {"train": [str(path)], "dev": [str(path)], "columns": ["word", "pos"]},
            "features": {"word": {"dim": 8}, "characters": {"filters": 0}},
            "network": {"hidden": [12], "window": 3},
            "training": {"epochs": 6, "batch_words": 8, "patience": 0, "averaging": 0.0},
        }
    )


def with_rate(settings: Settings, rate: float) -> Settings:
    return settings.model_copy(update={"optimizer": settings.optimizer.model_copy(update={"rate": rate})})


def test_the_score_is_that_of_the_best_epoch_and_the_folder_is_gone(
    settings: Settings, tmp_path: Path
) -> None:
    """`tagger train` with the same settings is the oracle."""
    expected = train(settings, tmp_path / "model")
    outcome = run_training(settings, tmp_path / "work" / "a")
    assert (outcome.score, outcome.epochs, outcome.failed) == (expected.best_score, 6, "")
    assert not (tmp_path / "work" / "a").exists()


def test_a_planted_best_value_is_found_and_best_toml_trains(settings: Settings, tmp_path: Path) -> None:
    text = 'method = "grid"\n[space]\noptimizer.rate = [1e-9, 0.02, 1e38]\n'
    report = search(settings, parse_space(text, settings), tmp_path / "out")
    assert report.best is not None and report.best.parameters == {"optimizer.rate": 0.02}
    failed = report.stages[0].trials[-1]
    assert failed.state == "failed" and failed.reason.startswith("training: expected a finite loss, found ")
    assert not (tmp_path / "out" / WORK).exists()
    again = train(load_settings(tmp_path / "out" / BEST), tmp_path / "model")
    assert again.best_score == report.best.score


@pytest.mark.slow
def test_the_result_does_not_depend_on_the_number_of_processes(settings: Settings, tmp_path: Path) -> None:
    text = 'trials = 4\nseeds = 2\nhalving = 2\n[space]\noptimizer.rate = { low = 1e-4, high = 1.0, scale = "log" }\n'
    lines = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        search(settings, parse_space(text, settings), folder, workers=workers)
        trials = [json.loads(line) for line in (folder / "trials.jsonl").read_text().splitlines()]
        lines.append([{**trial, "seconds": 0} for trial in trials])
    assert lines[0] == lines[1]
    assert {trial["state"] for trial in lines[0]} == {"done", "stopped"}


def kill_whoever_trains(folder: Path, times: int) -> threading.Thread:
    """Ends child processes of this one, as a system without memory does, while a training's files lie in `folder`."""

    def kill() -> None:
        for _ in range(times):
            while not any(folder.glob("*/last.safetensors")):
                time.sleep(0.01)
            for child in multiprocessing.active_children():
                child.kill()
            time.sleep(0.2)  # no join(): of two threads that wait for one child, one learns no exit code
            for left in folder.glob("*/last.safetensors"):
                left.unlink()

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_a_process_that_dies_gets_a_second_chance(settings: Settings, tmp_path: Path, times: int) -> None:
    long = settings.model_copy(update={"training": settings.training.model_copy(update={"epochs": 100})})
    killer = kill_whoever_trains(tmp_path / "work", times)
    with trainings(2, tmp_path / "work") as run:
        ((key, outcome),) = run({"a": long})
    killer.join(10)
    assert key == "a"
    if times == 1:
        assert outcome.failed == "" and outcome.epochs == 100
    else:
        assert outcome == Outcome(None, 0, 0.0, "its process ended with exit code -9, 2 times")


@pytest.mark.slow
def test_an_error_that_says_nothing_about_the_settings_is_raised(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError), trainings(2, tmp_path / "file" / "work") as run:
        list(run({"a": settings}))
