"""The sizes of two models to an error that says which setting to change, or to notes on what differs.

Every function raises SettingsError.
"""

from collections.abc import Iterable

from tagger.errors import SettingsError
from tagger.network.layers import check_layers, group_of, single_layers
from tagger.saved import NetworkDescription, SavedModel
from tagger.text.features import FormFeatures

SETTING = "transfer.layers"


def chosen_layers(layers: Iterable[str], own: list[str], others: list[str], name: str) -> list[str]:
    """The single layers that `layers` name, in the order of this network; a group means those that both models have.

    `own` and `others`: the parameters of this network and of the other model, which is called `name`.
    """
    chosen: set[str] = set()
    for layer in layers:
        check_layers(SETTING, [layer], own, "this network")
        check_layers(SETTING, [layer], others, name)
        there = single_layers(others)
        shared = [single for single in single_layers(own, layer) if single in there]
        if not shared:
            found = f"{', '.join(single_layers(others, layer))} there, {', '.join(single_layers(own, layer))} here"
            raise SettingsError(SETTING, f"{layer} that both {name} and this network have", found)
        chosen.update(shared)
    return [single for single in single_layers(own) if single in chosen]


def check_sizes(layers: Iterable[str], own: SavedModel, other: SavedModel) -> dict[str, str]:
    """Single layers must have the same sizes in both models; layer -> a note on what may differ."""
    notes = {}
    for layer in layers:
        group = group_of(layer)
        if group == "lookup":
            _check_table(layer, own.features, other.features)
        elif group == "trunk":
            notes[layer] = _check_hidden(layer, own.network, other.network)
        elif own.network.hidden[-1] != other.network.hidden[-1]:
            fitting = [*own.network.hidden[:-1], other.network.hidden[-1]]
            _check("network.hidden", fitting, list(own.network.hidden), layer)
    return notes


def _check_table(layer: str, own: FormFeatures, other: FormFeatures) -> None:
    """The vectors of a table must be of one width; the characters' filters must be the same too."""
    feature = layer.partition(".")[2]
    if feature == "characters":
        for part in ("dim", "filters", "width"):
            there, here = getattr(other.characters, part), getattr(own.characters, part)
            _check(f"features.characters.{part}", there, here, layer)
        return
    there, here = (next(f.dim for f in forms.features if f.name == feature) for forms in (other, own))
    _check(f"features.{feature.rstrip('0123456789')}.dim", there, here, layer)


def _check_hidden(layer: str, own: NetworkDescription, other: NetworkDescription) -> str:
    """A hidden layer must have the same inputs, units, sums and, if the other model has it, batch normalisation.

    A note on the activation, where it is another one, and on batch normalisation that is new.
    """
    number = int(layer.partition(".")[2])
    needed = slice(max(number - 1, 0), number + 1)  # the layer and its inputs
    if own.hidden[needed] != other.hidden[needed]:
        fitting = [*other.hidden[: len(own.hidden)], *own.hidden[len(other.hidden) :]]
        _check("network.hidden", fitting, list(own.hidden), layer)
    if "maxout" in (own.activation, other.activation):
        _check("network.activation", f'"{other.activation}"', f'"{own.activation}"', layer)
        _check("network.pieces", other.pieces, own.pieces, layer)
    if other.batch_norm:
        _check("network.batch_norm", "true", str(own.batch_norm).lower(), layer)
    notes = (
        [f"activation {other.activation} -> {own.activation}"] if own.activation != other.activation else []
    )
    return "; ".join([*notes, *(["new: batch normalisation"] if own.batch_norm > other.batch_norm else [])])


def _check(setting: str, there: object, here: object, layer: str) -> None:
    if there != here:
        raise SettingsError(
            setting,
            f"{there}, as in the model that {layer} comes from",
            str(here),
            f"Set {setting} = {there}, or leave {layer} out of {SETTING}.",
        )
