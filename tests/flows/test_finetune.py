"""A model of the sample corpus learns other data: new labels, a new task, old ones kept; through the command line."""

import json
import random
import shutil
import signal
from pathlib import Path

import pytest

from tests.flows.program import (
    BOTH_TASKS,
    JOINED,
    SMALL,
    assert_same_training,
    read_jsonl,
    sample,
    signalled,
    tagger,
    tree,
)

SETTINGS = f"""\
[data]
train = ["sample.train.jsonl"]
dev = ["sample.dev.jsonl"]

{BOTH_TASKS}
{SMALL}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of upos and ner, and new data: other names of types, xpos, no upos."""
    folder = sample(tmp_path_factory.mktemp("place"))
    (folder / "settings.toml").write_text(SETTINGS)
    tagger("train", "settings.toml", "--output", "model", cwd=folder)
    for split in ("train", "dev"):
        lines = []
        for row in read_jsonl(folder / f"sample.{split}.jsonl"):
            ner = [tag.replace("PER", "person").replace("ORG", "company") for tag in row["ner"]]
            size = len(row["tokens"])
            lines.append({"tokens": row["tokens"], "ner": ner, "length": [str(min(size, 9))] * size})
        (folder / f"new.{split}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "new.toml").write_text('[data]\ntrain = ["new.train.jsonl"]\ndev = ["new.dev.jsonl"]\n')
    return folder


@pytest.fixture
def here(place: Path, tmp_path: Path) -> Path:
    shutil.copytree(place, tmp_path / "here")
    return tmp_path / "here"


FINETUNE = ["finetune", "model", "--data", "new.toml", "--output", "tuned", "--map", "person=PER"]


def test_new_labels_and_tasks_beside_old_ones(here: Path) -> None:
    result = tagger(*FINETUNE, "--set", "training.epochs=4", "--rehearse", "sample.train.jsonl", cwd=here)
    assert "ner: labels that the model does not have yet: company" in result.stderr
    lines = result.stdout.splitlines()
    assert "new labels of ner: company" in lines
    start = next(number for number, line in enumerate(lines) if line.startswith("data  task"))
    rows = [line.split()[:2] for line in lines[start + 1 : start + 5]]
    assert rows == [["old", "upos"], ["old", "ner"], ["new", "ner"], ["new", "length"]]
    tasks = json.loads((here / "tuned" / "model.json").read_text())["tasks"]
    assert [task["name"] for task in tasks] == ["upos", "ner", "length"]
    tagged = tagger("tag", "-m", "tuned", "--format", "jsonl", "sample.txt", cwd=here).stdout
    assert {"upos", "ner", "length"} <= json.loads(tagged.splitlines()[0])["tags"].keys()
    scores = json.loads(tagger("eval", "tuned", "--json", cwd=here).stdout)
    assert list(scores["tasks"]) == ["ner", "length"]
    assert scores["notes"][0].startswith("upos is not scored: ")
    tagger("diagnose", "tuned", cwd=here)


def test_the_record_is_one_json_object_and_a_file(here: Path) -> None:
    result = tagger(*FINETUNE, "--set", "training.epochs=1", "--freeze", "lookup, trunk",
                    "--rate", "0.01", "--auto", "--json", "--quiet", cwd=here)  # fmt: skip
    record = json.loads(result.stdout)
    assert record == json.loads((here / "tuned" / "finetune.json").read_text())
    assert record["training"]["transfer"]["frozen"] == ["lookup", "trunk", "heads.upos"]
    assert record["chosen"][-1].startswith(
        "so the layers learn as stated, at the stated rate, in batches of "
    )
    settings = (here / "tuned" / "settings.toml").read_text()
    assert "rate = 0.01" in settings


@pytest.mark.parametrize("command", ["finetune", "train"])
def test_a_killed_fine_tuning_goes_on_to_the_same_weights(here: Path, command: str) -> None:
    whole = [*FINETUNE, "--rehearse", "sample.train.jsonl", "--distil", "0.3", "--set", "training.epochs=6"]
    tagger(*whole, cwd=here)
    shutil.move(here / "tuned", here / "whole")
    draw = random.Random(3)
    for _ in range(4):  # a run that was over before its signal came shows nothing
        delay = draw.uniform(0, 0.3)
        code, lines = signalled(*whole, cwd=here, after=r"^epoch +2 ", delay=delay, by=signal.SIGKILL)
        if code != 0:
            break
        shutil.rmtree(here / "tuned")
    assert code == -signal.SIGKILL, lines
    before = tree(here / "model")
    tagger(command, "--resume", "tuned", cwd=here)
    assert_same_training(here / "whole", here / "tuned")
    one, other = (json.loads((here / run / "finetune.json").read_text()) for run in ("whole", "tuned"))
    assert one["rows"] == other["rows"]
    assert tree(here / "model") == before


def test_a_prepared_folder_is_mapped_too(here: Path) -> None:
    tagger("prep", "prepared", *JOINED, cwd=here)
    result = tagger("finetune", "model", "--data", "prepared", "-o", "tuned", "--map", "ner:ORG=O",
                    "--set", "training.epochs=1", cwd=here)  # fmt: skip
    assert "prepared: the map ner:ORG=O changed" in result.stderr
    assert "new labels of xpos:" in result.stdout
    scores = json.loads(tagger("eval", "tuned", "prepared", "--json", cwd=here).stdout)
    spans = scores["tasks"]["ner"]["conlleval"]
    assert spans.get("ORG", {"gold": 0})["gold"] == 0  # mapped in the gold data too
    assert spans["PER"]["gold"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the folder of the model to start from"),
        (["model"], "name the folder of the model to write"),
        (["model", "-o", "tuned"], "name the new data: a prepared folder or a settings file"),
        (["model", "--resume", "tuned"], "--resume takes everything from the run itself"),
    ],
)
def test_what_is_missing_is_said(place: Path, arguments: list[str], message: str) -> None:
    result = tagger("finetune", *arguments, cwd=place, code=2)
    assert message in " ".join(result.stderr.replace("│", " ").split())


def test_an_error_is_one_line(place: Path) -> None:
    result = tagger("finetune", "nowhere", "--data", "new.toml", "-o", "tuned", cwd=place, code=1)
    assert result.stderr == (
        "error: nowhere: expected a model folder, found none. `tagger train`, `tagger pretrain` and `tagger finetune` write one.\n"
    )
    assert not (place / "tuned").exists()
