"""What was taken from another model to a file of the model folder, and back."""

import json
from dataclasses import asdict
from pathlib import Path

from tagger.errors import ModelError
from tagger.records import LayerTransfer, TransferReport

TRANSFER = "transfer.json"
"""In a model folder: what was taken from another model."""


def dump_transfer(report: TransferReport) -> str:
    """The text of TRANSFER."""
    return json.dumps(asdict(report), indent=2, ensure_ascii=False) + "\n"


def read_transfer(folder: Path) -> TransferReport | None:
    """What was taken from another model, as the model in `folder` says; None where nothing was.

    Raises ModelError where the file is damaged.
    """
    path = folder / TRANSFER
    try:
        return parse_transfer(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "The model is damaged."
        raise ModelError(
            f"expected what was transferred, found {error}", where=str(path), hint=hint
        ) from error


def parse_transfer(text: str) -> TransferReport:
    """The record that `dump_transfer` wrote. Raises ValueError, KeyError or TypeError where it is damaged."""
    values = json.loads(text)
    layers = tuple(LayerTransfer(**layer) for layer in values["layers"])
    return TransferReport(**{**values, "layers": layers, "frozen": tuple(values["frozen"])})
