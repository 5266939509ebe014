"""The sizes of two models to an error that says which settings to change, or to notes on what differs.

Every function raises SettingsError.
"""

from collections.abc import Iterable
from shlex import quote

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
    """Single layers must have the same sizes in both models; layer -> a note on what may differ.

    Raises SettingsError that names every size that does not fit, and what to set.
    """
    misfits, notes = Misfits(), {}
    network = own.network
    for layer in layers:
        group = group_of(layer)
        if group == "lookup":
            _check_table(layer, own.features, other.features, misfits)
        elif group == "trunk":
            notes[layer] = _check_hidden(layer, own.network, other.network, misfits)
        elif network.hidden[-1] != other.network.hidden[-1]:
            fitting = [*network.hidden[:-1], other.network.hidden[-1]]
            misfits.add(
                "network.hidden",
                list(other.network.hidden) if notes else fitting,
                list(network.hidden),
                layer,
            )
    misfits.check()
    return notes


class Misfits:
    """Settings whose values are not those of the model that layers come from."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[object, object, list[str]]] = {}  # setting -> there, here, layers

    def add(self, setting: str, there: object, here: object, layer: str) -> None:
        """Remember `setting` where the two values differ. Of several values that would fit the last one counts."""
        if there != here:
            layers = self._found[setting][2] if setting in self._found else []
            self._found[setting] = (there, here, [*layers, layer])

    def check(self) -> None:
        """Raise SettingsError where there are any."""
        if not self._found:
            return
        layers = ", ".join(dict.fromkeys(layer for _, _, names in self._found.values() for layer in names))
        if len(self._found) == 1:
            (setting, (there, here, _)) = next(iter(self._found.items()))
            hint = f"Set {setting} = {there}, or leave {layers} out of {SETTING}."
            raise SettingsError(
                setting, f"{there}, as in the model that {layers} comes from", str(here), hint
            )
        expected, found = (
            ", ".join(f"{setting} = {values[place]}" for setting, values in self._found.items())
            for place in (0, 1)
        )
        options = " ".join(
            f"--set {quote(f'{setting}={there}'.replace(' ', ''))}"
            for setting, (there, _, _) in self._found.items()
        )
        expected += f", as in the model that {layers} come from"
        raise SettingsError(SETTING, expected, found, f"Add {options}, or leave the layers out.")


def _check_table(layer: str, own: FormFeatures, other: FormFeatures, misfits: Misfits) -> None:
    """The vectors of a table must be of one width; the characters' filters must be the same too."""
    feature = layer.partition(".")[2]
    if feature == "characters":
        for part in ("dim", "filters", "width"):
            there, here = getattr(other.characters, part), getattr(own.characters, part)
            misfits.add(f"features.characters.{part}", there, here, layer)
        return
    there, here = (next(f.dim for f in forms.features if f.name == feature) for forms in (other, own))
    kind, _, source = feature.partition("_")
    section = {"list": "gazetteers", "static": f"static.{source}"}.get(kind) or feature.rstrip("0123456789")
    misfits.add(f"features.{section}.dim", there, here, layer)


def _check_hidden(layer: str, own: NetworkDescription, other: NetworkDescription, misfits: Misfits) -> str:
    """A hidden layer must have the same inputs, units, sums and, if the other model has it, batch normalisation.

    A note on the activation, where it is another one, and on batch normalisation that is new.
    """
    number = int(layer.partition(".")[2])
    needed = slice(max(number - 1, 0), number + 1)  # the layer and its inputs
    if own.hidden[needed] != other.hidden[needed]:
        fitting = [*other.hidden[: len(own.hidden)], *own.hidden[len(other.hidden) :]]
        misfits.add("network.hidden", fitting, list(own.hidden), layer)
    if "maxout" in (own.activation, other.activation):
        misfits.add("network.activation", f'"{other.activation}"', f'"{own.activation}"', layer)
        misfits.add("network.pieces", other.pieces, own.pieces, layer)
    if other.batch_norm:
        misfits.add("network.batch_norm", "true", str(own.batch_norm).lower(), layer)
    notes = (
        [f"activation {other.activation} -> {own.activation}"] if own.activation != other.activation else []
    )
    return "; ".join([*notes, *(["new: batch normalisation"] if own.batch_norm > other.batch_norm else [])])
