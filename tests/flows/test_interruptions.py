"""Trainings that are killed or interrupted, and go on as if nothing had happened."""

import json
import random
import shutil
import signal
from pathlib import Path

import pytest

from tests.flows.program import BOTH_TASKS, SMALL, assert_same_training, sample, signalled, tagger, tree

SETTINGS = f"""\
[data]
train = ["sample.train.jsonl"]
dev = ["sample.dev.jsonl"]

{BOTH_TASKS}
{SMALL}"""
EPOCHS = 9
ATTEMPTS = 4  # a training that was over before its signal came shows nothing and is tried again
EPOCH_SECONDS = 0.2  # about; moments are drawn from the first so many seconds after an epoch's line


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of a run that nothing disturbed."""
    folder = begin(tmp_path_factory.mktemp("uninterrupted"))
    tagger("train", "settings.toml", "--output", "model", cwd=folder)
    return folder / "model"


def begin(folder: Path) -> Path:
    sample(folder)
    (folder / "settings.toml").write_text(SETTINGS)
    return folder


def stop(
    folder: Path, command: list[str], *, epoch: int, by: signal.Signals, draw: random.Random
) -> list[str]:
    """Run a training and stop it some time after the line of `epoch`: its lines on stderr.

    Whatever stood in the folder of the model before stands there again for another attempt.
    """
    model, kept = folder / "model", folder / "kept"
    if model.exists():
        shutil.copytree(model, kept)
    for _ in range(ATTEMPTS):
        code, lines = signalled(
            *command,
            cwd=folder,
            after=rf"^epoch +{epoch} ",
            delay=draw.uniform(0, EPOCH_SECONDS),
            by=by,
        )
        if code != 0:
            assert code == (130 if by is signal.SIGINT else -by), lines
            shutil.rmtree(kept, ignore_errors=True)
            return lines
        shutil.rmtree(model)
        if kept.exists():
            shutil.copytree(kept, model)
    raise AssertionError(f"{ATTEMPTS} trainings were over before their signal came")


def finished_epochs(model: Path) -> int:
    return len((model / "history.jsonl").read_text().splitlines())


TRAIN = ["train", "settings.toml", "--output", "model"]
RESUME = ["train", "--resume", "model"]


@pytest.mark.parametrize("epoch", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_a_killed_training_goes_on_to_the_same_weights(
    uninterrupted: Path, tmp_path: Path, epoch: int
) -> None:
    begin(tmp_path)
    stop(tmp_path, TRAIN, epoch=epoch, by=signal.SIGKILL, draw=random.Random(epoch))
    tagger("eval", "model", cwd=tmp_path)  # a model at every moment
    tagger(*RESUME, cwd=tmp_path)
    assert_same_training(tmp_path / "model", uninterrupted)


@pytest.mark.slow
def test_a_training_that_is_killed_again_and_again_comes_to_the_same_weights(
    uninterrupted: Path, tmp_path: Path
) -> None:
    begin(tmp_path)
    draw = random.Random(7)
    stop(tmp_path, TRAIN, epoch=1, by=signal.SIGKILL, draw=draw)
    # before an epoch of the resumed run is over: the next one begins at the same place
    code, _ = signalled(
        *RESUME,
        cwd=tmp_path,
        after="training sentences",
        delay=draw.uniform(0, EPOCH_SECONDS),
        by=signal.SIGKILL,
    )
    assert code in (-signal.SIGKILL, 0)
    for epoch in (3, 5):
        if finished_epochs(tmp_path / "model") < epoch:
            stop(tmp_path, RESUME, epoch=epoch, by=signal.SIGKILL, draw=draw)
    tagger(*RESUME, cwd=tmp_path)
    assert_same_training(tmp_path / "model", uninterrupted)


def test_ctrl_c_leaves_a_usable_model_that_goes_on_to_the_same_weights(
    uninterrupted: Path, tmp_path: Path
) -> None:
    begin(tmp_path)
    lines = stop(tmp_path, TRAIN, epoch=2, by=signal.SIGINT, draw=random.Random(2))
    assert lines[-2:] == [
        "Interrupted: model holds the best weights so far.",
        "Go on with: tagger train --resume model",
    ]
    saved = json.loads((tmp_path / "model" / "metrics.json").read_text())
    scores = json.loads(tagger("eval", "model", "--json", cwd=tmp_path).stdout)["tasks"]
    assert scores["upos"]["accuracy"] == saved["dev"]["upos.accuracy"]
    assert tagger("tag", "-m", "model", cwd=tmp_path, stdin="Maria is ill.").stdout.startswith("Maria\t")
    assert 2 <= finished_epochs(tmp_path / "model") < EPOCHS
    assert not [name for name in tree(tmp_path) if "/." in name or name.startswith(".")]
    tagger(*RESUME, cwd=tmp_path)
    assert_same_training(tmp_path / "model", uninterrupted)


def test_ctrl_c_before_the_first_epoch_is_over_writes_nothing(tmp_path: Path) -> None:
    """The first epoch is made long: the corpus sixty times over."""
    begin(tmp_path)
    before = tree(tmp_path)
    files = json.dumps(["sample.train.jsonl"] * 60)
    code, lines = signalled(
        *TRAIN,
        "--set",
        f"data.train={files}",
        cwd=tmp_path,
        after="training sentences",
        delay=0.1,
        by=signal.SIGINT,
    )
    assert code == 130
    assert lines[-1] == "interrupted" and not any(line.startswith("epoch") for line in lines)
    assert tree(tmp_path) == before


def test_equal_seed_and_threads_give_equal_files(uninterrupted: Path, tmp_path: Path) -> None:
    begin(tmp_path)
    tagger(*TRAIN, cwd=tmp_path)
    for name in ("weights.safetensors", "model.json", "vocabulary.json", "metrics.json", "settings.toml"):
        assert (tmp_path / "model" / name).read_bytes() == (uninterrupted / name).read_bytes(), name
    assert_same_training(tmp_path / "model", uninterrupted)


def test_another_seed_gives_other_weights(uninterrupted: Path, tmp_path: Path) -> None:
    begin(tmp_path)
    tagger(*TRAIN, "--set", "training.seed=2", "--set", "training.epochs=1", cwd=tmp_path)
    name = "weights.safetensors"
    assert (tmp_path / "model" / name).read_bytes() != (uninterrupted / name).read_bytes()


@pytest.mark.parametrize("change", ["finished", "other data"])
def test_resume_of_what_cannot_go_on_changes_no_weights(
    uninterrupted: Path, tmp_path: Path, change: str
) -> None:
    begin(tmp_path)
    shutil.copytree(uninterrupted, tmp_path / "model")
    before = tree(tmp_path / "model")
    if change == "finished":
        result = tagger(*RESUME, cwd=tmp_path)
        assert "best after epoch" in result.stdout
    else:
        shutil.copy(tmp_path / "sample.dev.jsonl", tmp_path / "sample.train.jsonl")
        result = tagger(*RESUME, cwd=tmp_path, code=1)
        assert result.stderr.splitlines()[-1] == (
            "error: model: expected the training data of this run, found other data. "
            "Restore the data, or train again without --resume."
        )
    assert tree(tmp_path / "model") == before
