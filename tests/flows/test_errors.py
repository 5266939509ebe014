"""What goes wrong: the exit code, one line on stderr, and nothing written."""

from pathlib import Path

import pytest

from tests.flows.program import tagger, tree

GOOD = "Ada NNP I-PER\nlives VBZ O\n\n"
FILES = {
    "good.conll": GOOD.encode(),
    "narrow.conll": (GOOD + "Ada NNP I-PER\nlives VBZ\n").encode(),
    "latin.conll": GOOD.encode() + "Zoë NNP I-PER\n".encode("latin-1"),
    "nul.conll": GOOD.encode() + b"a\0b NN O\n",
    "empty.conll": b"",
    "broken.jsonl": b'{"tokens": ["a"], "ner": ["O"]}\n{"tokens": ["a", "b"], "ner": ["O"]}\n',
    "text.txt": b"Ada lives in Oslo.\n",
    "latin.txt": "Ada\nZoë\n".encode("latin-1"),
    "unknown.toml": b"[trainnig]\nepochs = 3\n",
    "range.toml": b'[data]\ntrain = ["good.conll"]\n[network]\nwindow = 4\n',
    "not.toml": b"[data\n",
    "column.toml": b'[data]\ntrain = ["good.conll"]\ncolumns = ["word", "pos", "ner"]\n[tasks.chunk]\n',
    "folder.toml": b'[data]\nfolder = "nowhere"\n[tasks.ner]\n',
    "full/file": b"mine",
    "model/notes": b"no model",
}
COLUMNS = "--columns word,pos,ner"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            f"prep out --train narrow.conll {COLUMNS}",
            "narrow.conll:5: expected 3 columns (word, pos, ner), found 2. Is a space missing?",
        ),
        (f"prep out --train latin.conll {COLUMNS}", "latin.conll:4: expected UTF-8"),
        (f"prep out --train nul.conll {COLUMNS}", "nul.conll:4: expected"),
        (f"prep out --train empty.conll {COLUMNS}", "empty.conll: expected"),
        (f"prep out --train good.conll --dev narrow.conll {COLUMNS}", "narrow.conll:5: expected 3 columns"),
        ("prep out --train broken.jsonl", "broken.jsonl:2: expected"),
        (f"prep out --train missing.conll {COLUMNS}", "missing.conll: "),
        (f"prep full --train good.conll {COLUMNS}", "full: expected a new path, found an existing one."),
        (f"prep full --force --train good.conll {COLUMNS}", "full: expected a prepared folder"),
        ("prep out", "train: expected either files"),
        ("train missing.toml -o out", "missing.toml: expected a settings file, found none."),
        (
            "train unknown.toml -o out",
            "trainnig: expected a known setting, found an unknown one. Did you mean training?",
        ),
        ("train range.toml -o out", "network.window: expected an odd number of words"),
        ("train not.toml -o out", "not.toml: expected TOML"),
        (
            "train column.toml -o out",
            "tasks.chunk.column: expected a tag column of its data (pos, ner), found 'chunk'.",
        ),
        ("train folder.toml -o out", "nowhere: expected"),
        ("train column.toml -o full", "full: expected a new path"),
        ("train --data nowhere -o out --set training.epochs=0", "training.epochs: expected"),
        ("train --resume model", "model: expected a run with last.safetensors, found none."),
        ("eval model", "model: expected a model folder with model.json, found notes."),
        ("eval nowhere", "nowhere: expected a model folder, found none."),
        ("info nowhere", "nowhere: expected a model folder, found none."),
        ("tag -m nowhere text.txt -o tagged", "nowhere: expected a model folder, found none."),
        ("init full/file", "full/file: expected a new path"),
        ("init out.toml --data nowhere", "nowhere: expected"),
    ],
)
def test_wrong_data_and_settings_are_one_line_and_leave_nothing(
    place: Path, command: str, message: str
) -> None:
    before = tree(place)
    result = tagger(*command.split(), cwd=place, code=1)
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1 and result.stderr.endswith("\n")
    assert result.stdout == ""
    assert tree(place) == before


@pytest.mark.parametrize(
    "command",
    [
        "tagg",
        "prep",
        "prep out --trian good.conll",
        "prep out --train good.conll --scheme BIO",
        "prep out --train good.conll --dev-last many",
        "train",
        "train range.toml",
        "train -o out",
        "train --resume model -o out",
        "train range.toml more.toml -o out",
        "eval",
        "tag -m model text.txt --format xml",
        "tag -m model text.txt --memory 0",
        "info model other",
    ],
)
def test_wrong_usage_says_how_it_is_used(place: Path, command: str) -> None:
    before = tree(place)
    result = tagger(*command.split(), cwd=place, code=2)
    assert "Usage: tagger" in result.stderr and result.stdout == ""
    assert tree(place) == before


def test_one_bad_text_leaves_no_half_of_an_output(place: Path) -> None:
    """A model of one sentence is enough to tag with."""
    options = "--set training.epochs=1 --set network.hidden=[4] --set training.threads=1".split()
    tagger("prep", "prepared", "--train", "good.conll", *COLUMNS.split(), cwd=place)
    tagger("train", "--data", "prepared", "-o", "small", *options, cwd=place)
    result = tagger("tag", "-m", "small", "text.txt", "latin.txt", "-o", "out", "-q", cwd=place, code=1)
    assert result.stderr.startswith("error: latin.txt:2: expected UTF-8 text, found the byte 0xeb.")
    assert sorted(path.name for path in (place / "out").iterdir()) == [
        ".tagger-manifest.jsonl",
        "text.txt.conll",
    ]
    again = tagger("tag", "-m", "small", "text.txt", "-o", "out/", cwd=place, code=1)
    assert again.stderr.startswith("error: out/text.txt.conll: expected a new path")
