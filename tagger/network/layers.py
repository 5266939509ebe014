"""Names of layers to the parameters that they stand for.

A layer is named by the beginning of its parameters' names, with or without its second part: "lookup" (all tables),
"lookup.word", "trunk" (all hidden layers), "trunk.0", "heads", "heads.ner". The batch normalisation of a hidden layer
(norms.0) belongs to that layer (trunk.0), the filters of the characters to their table.
"""

import difflib
from collections.abc import Iterable

from tagger.errors import SettingsError

GROUPS = ("lookup", "trunk", "heads")


def layer_of(parameter: str) -> str:
    """The single layer of a parameter or buffer: lookup.word.weight -> lookup.word, norms.0.running_mean -> trunk.0."""
    room, name, *_ = parameter.split(".")
    return f"{'trunk' if room == 'norms' else room}.{name}"


def layer_names(parameters: Iterable[str]) -> list[str]:
    """Every name for layers of these parameters: each group with its members behind it, in the parameters' order."""
    singles = single_layers(parameters)
    groups = [group for group in GROUPS if any(group_of(single) == group for single in singles)]
    return [name for group in groups for name in (group, *(s for s in singles if group_of(s) == group))]


def group_of(layer: str) -> str:
    """The group that a layer belongs to: lookup.word -> lookup."""
    return layer.partition(".")[0]


def single_layers(parameters: Iterable[str], layer: str = "") -> list[str]:
    """The single layers that the name `layer` stands for, in the order of the parameters; "": all of them."""
    singles = dict.fromkeys(map(layer_of, parameters))
    return [single for single in singles if layer in ("", single, group_of(single))]


def check_layers(setting: str, layers: Iterable[str], parameters: Iterable[str], owner: str) -> None:
    """Raise SettingsError for the first of `layers` that is none of those that have these parameters.

    `setting` is the dotted name of the setting at fault, `owner` says whose parameters they are: "this network".
    """
    known = layer_names(parameters)
    for layer in layers:
        if layer not in known:
            close = difflib.get_close_matches(layer, known, n=1, cutoff=0.8)
            hint = f"Did you mean {close[0]}?" if close else ""
            raise SettingsError(setting, f"a layer of {owner} ({', '.join(known)})", repr(layer), hint)


def is_static(table: str) -> bool:
    """Whether the lookup table of that name holds static vectors, which never learn."""
    return table.startswith("static_")
