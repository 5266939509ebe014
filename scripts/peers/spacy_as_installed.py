"""spaCy's pipeline with the matrix library that it brings along."""

from pathlib import Path

from peers import spacy_pipeline
from peers.spacy_pipeline import train

__all__ = ["Peer", "train"]


class Peer(spacy_pipeline.Peer):
    """A trained pipeline."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, use_blis=True)
