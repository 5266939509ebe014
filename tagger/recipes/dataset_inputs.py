"""A data set that the user named to the inputs of `tag` and `score`: one for each split."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tagger.errors import SettingsError
from tagger.reading.inputs import Inputs
from tagger.reading.pieces import Piece, Reading
from tagger.recipes.text_outputs import Places, check_output, find_places

if TYPE_CHECKING:
    from tagger.reading.dataset_pieces import DatasetHead

DATASET = "dataset"
"""The input format of rows of a data set."""


@dataclass(frozen=True, slots=True)
class DatasetInput:
    """Rows to tag; names as the options of `tagger tag`."""

    name: str  # a folder, a data file or a name of the hub, as `tagger.text.hub` has them
    split: str = ""  # "": all, one after another
    column: str = ""  # of raw text or of lists of tokens; "": `text`, else `tokens`
    streaming: bool = False


class OpenSplit(NamedTuple):
    """A split whose rows can be read."""

    name: str
    where: str  # what errors call it
    rows: Any
    head: "DatasetHead"

    def pieces(self) -> Iterator[Piece]:
        """The rows, a piece at a time."""
        from tagger.reading.dataset_pieces import cut_dataset

        return cut_dataset(self.rows, self.where, self.head)


def open_splits(chosen: DatasetInput) -> list[OpenSplit]:
    """The splits to read. Raises DataError where there is no such data set, split or column."""
    from tagger.reading.dataset_pieces import head_of
    from tagger.text.hub import load_splits, split_of

    splits = load_splits(chosen.name, streaming=chosen.streaming)
    names = [split_of(splits, chosen.split, chosen.name)] if chosen.split else list(splits)
    opened = []
    for name in names:
        where = f"{chosen.name}, {name}"
        opened.append(OpenSplit(name, where, splits[name], head_of(splits[name], where, chosen.column)))
    return opened


def dataset_places(chosen: DatasetInput, output: str | None, reading: Reading) -> Places:
    """The splits in place of files, and what `output` is: a file for one split, else a folder with a file for each.

    Raises DataError for what cannot be read, SettingsError for options that cannot be.
    """
    if reading.input_format not in ("auto", DATASET):
        raise SettingsError("--input-format", "none: a data set has its own", repr(reading.input_format))
    splits = open_splits(chosen)
    folder = output is not None and (
        len(splits) > 1 or output.endswith(("/", os.sep)) or Path(output).is_dir()
    )
    if output is not None:
        check_output((chosen.name,), output, folder=folder)
    files = Inputs(has_streams=True)
    files.add(f"{chosen.name}, ", "", *(split.name for split in splits))
    pieces = {split.where: split.pieces for split in splits}
    return Places((chosen.name,), files, output, folder, pieces)


def places_of(
    inputs: Sequence[str], dataset: DatasetInput | None, output: str | None, reading: Reading
) -> tuple[Places, Reading]:
    """What is read, files or a data set, and where it is to be written; and how it is read."""
    if dataset is None:
        return find_places(inputs, output), reading
    if inputs:
        raise SettingsError("--input-dataset", "either files or a data set", f"both ({inputs[0]})")
    return dataset_places(dataset, output, reading), replace(reading, input_format=DATASET)
