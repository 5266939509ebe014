"""Raw text to a pretrained model, its neighbours, a tagger that starts from it; a kill in the midst of it."""

import json
import lzma
import random
import signal
from pathlib import Path

import pytest

from tests.flows.program import BOTH_TASKS, SMALL, assert_same_training, sample, signalled, tagger

PLACES, PEOPLE = ("Oslo", "Paris", "Rome", "Lima"), ("Ada", "Omar", "Zoë", "Maria")
SETTINGS = """\
[features]
word = { dim = 16 }

[network]
window = 5
hidden = [24]

[pretraining]
min_count = 1
subsample = 0.0
batch_windows = 100
round_words = 3000
held_out_words = 200
epochs = 2

[training]
threads = 1
"""
DELAYS = (0.0, 0.4)  # seconds after a round's line; a round takes about that long


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Text in a folder with a file of each kind, and settings."""
    draw = random.Random(1)
    (tmp_path / "text").mkdir()
    for number in range(3):
        lines = "".join(
            f"{draw.choice(PEOPLE)} flew from {draw.choice(PLACES)} to {draw.choice(PLACES)} in 20{draw.randint(10, 24)}.\n"
            for _ in range(300)
        )
        if number:
            (tmp_path / "text" / f"{number}.txt").write_text(lines, "utf-8")
        else:
            (tmp_path / "text" / "0.txt.xz").write_bytes(lzma.compress(lines.encode()))
    (tmp_path / "text" / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / "pretrain.toml").write_text(SETTINGS, "utf-8")
    return tmp_path


def test_from_raw_text_to_a_tagger_that_starts_from_it(folder: Path) -> None:
    sample(folder)
    done = tagger("pretrain", "text", "--settings", "pretrain.toml", "--output", "words", cwd=folder)
    assert "words: 14 words, " in done.stdout
    assert "text: left out 1 .pdf file (to read it, name it)" in done.stderr
    start = "tagger train SETTINGS --from words --set features.word.dim=16 --set 'network.hidden=[24]'"
    assert f"Start a tagger from it: {start} ..." in done.stderr
    assert "round   1  loss  text " in done.stderr and " windows/s" in done.stderr
    assert "See what it learnt: tagger neighbours words WORD" in done.stderr

    near = json.loads(tagger("neighbours", "words", "Oslo", "--count", "3", "--json", cwd=folder).stdout)
    assert {entry["word"] for entry in near["neighbours"][0]["nearest"]} == {"paris", "rome", "lima"}

    (folder / "settings.toml").write_text(
        f'[data]\ntrain = ["sample.train.jsonl"]\ndev = ["sample.dev.jsonl"]\n\n{BOTH_TASKS}\n{SMALL}',
        "utf-8",
    )
    started = tagger(
        "train", "settings.toml", "-o", "model", "--json",
        "--set", "transfer.model=words", "--set", "network.window=5", cwd=folder,
    )  # fmt: skip
    transfer = json.loads(started.stdout)["transfer"]
    layers = {layer["layer"]: layer for layer in transfer["layers"]}
    assert layers["lookup.word"]["copied"] > 10
    assert layers["trunk.0"]["copied"] == 5 * 16


def test_the_result_is_one_json_object(folder: Path) -> None:
    done = tagger(
        "pretrain", "text", "--settings", "pretrain.toml", "-o", "words", "--json", "-q", cwd=folder
    )
    report = json.loads(done.stdout)
    assert report["vocabulary"] == 14 and report["windows"] > 0 and not done.stderr
    assert 0.5 < report["scores"]["text.ranking_accuracy"] <= 1.0


def test_text_from_stdin_has_no_score_and_needs_a_vocabulary(folder: Path) -> None:
    (folder / "vocabulary").write_text("oslo\nada\nto\n", "utf-8")
    text = "Ada flew to Oslo.\n" * 500
    done = tagger(
        "pretrain", "-", "--settings", "pretrain.toml", "-o", "words", "--vocabulary", "vocabulary",
        "--set", "pretraining.epochs=1", cwd=folder, stdin=text,
    )  # fmt: skip
    assert "words: 3 words, 1,500 windows of 2,500 words of text" in done.stdout
    assert "no score: no text is held out, for standard input is read once" in done.stdout

    refused = tagger(
        "pretrain", "-", "--settings", "pretrain.toml", "-o", "other", cwd=folder, stdin=text, code=1
    )
    wanted = (
        "expected text whose words can be counted first, found standard input. Name --vocabulary, or a file."
    )
    assert refused.stderr == f"error: pretraining.text: {wanted}\n"
    assert not (folder / "other").exists()


def test_a_pretraining_killed_at_random_moments_comes_to_the_same_weights(folder: Path) -> None:
    tagger("pretrain", "text", "--settings", "pretrain.toml", "-o", "whole", cwd=folder)
    begin = ("pretrain", "text", "--settings", "pretrain.toml", "-o", "run")
    draw = random.Random(2)
    for number, by in enumerate((signal.SIGKILL, signal.SIGINT, signal.SIGKILL), start=1):
        command = begin if number == 1 else ("pretrain", "--resume", "run")
        after = rf"^round +{number} "
        code, lines = signalled(*command, cwd=folder, after=after, delay=draw.uniform(*DELAYS), by=by)
        assert code in (0, 130, -by), lines
        if code == 0:
            break
    tagger("pretrain", "--resume", "run", cwd=folder)

    assert_same_training(folder / "whole", folder / "run")


def test_wrong_usage_is_told(folder: Path) -> None:
    for arguments, words in (
        (("pretrain",), "name the text, and the folder of the model to write with --output"),
        (("pretrain", "text", "-o", "x", "--time-budget", "soon"), "expected a time such as 90s, 30m or 2h"),
        (("pretrain", "text"), "name the folder of the model to write with --output"),
        (("pretrain", "-o", "x"), "name the text"),
        (
            ("pretrain", "text", "--resume", "x"),
            "--resume takes everything from the run's own settings but --time-budget and --epochs",
        ),
    ):
        text = " ".join(tagger(*arguments, cwd=folder, code=2).stderr.replace("│", " ").split())
        assert words in text
