"""tagger itself: trained by its own command, run through its own command and its own interface."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from peers.corpus import COLUMNS, Data
from peers.engines import NER, POS

import tagger
from tagger.text.schemes import IOB2, convert

MODEL = "model"
SETTINGS = """
[tasks.pos]
[tasks.ner]
objective = "sentence"
"""


def train(data: Data, folder: Path, *, start: str = "") -> None:
    """Train with the defaults and save; from the model folder `start` if it is named."""
    with tempfile.TemporaryDirectory() as work:
        prepared, settings = Path(work) / "prepared", Path(work) / "settings.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        names = ["--columns", ",".join(COLUMNS), "--train", str(data.train), "--dev", str(data.dev)]
        run("prep", str(prepared), *names)
        options = ["--set", "training.threads=1", "--set", f"data.sample={data.sample}"]
        options += ["--from", start] if start else []
        run("train", str(settings), "--data", str(prepared), "--output", str(folder / MODEL), *options)


def run(*arguments: str) -> None:
    """Run a command of tagger (-P: whatever else lies in the working folder); what it prints goes to stderr."""
    subprocess.run([sys.executable, "-P", "-m", "tagger", *arguments], check=True, stdout=sys.stderr)


class Peer:
    """A trained model."""

    def __init__(self, folder: Path) -> None:
        self._tagger = tagger.load(folder / MODEL, tasks=[POS, NER])

    def tag_sentences(self, sentences: Iterable[list[str]]) -> Iterator[tuple[list[str], ...]]:
        """The tags of each sentence; entities in the scheme of the model."""
        return ((found.tags[POS], found.tags[NER]) for found in self._tagger.tag_sentences(sentences))

    def in_iob2(self, tags: list[str]) -> list[str]:
        """Entity tags as the other peers give them."""
        return convert(tags, self._tagger.scheme(NER), IOB2)
