"""Layers that do not learn, or not yet: their parameters need no gradient, their batch normalisation stands still.

A parameter without a gradient is left alone by optimizers, penalties and bounds; its moving average is its value.
The notes (004) advise to keep the layers of another model as they are where there is little new data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from torch import nn

from tagger.config import TransferSettings
from tagger.errors import SettingsError
from tagger.network.layers import check_layers, group_of, is_static, layer_of


@dataclass(frozen=True, slots=True)
class Freezing:
    """Which layers learn when; layers are named as in `network/layers.py`. Without any, all learn from the start.

    Of two names that hold for the same parameter the more exact one counts ("trunk.0" over "trunk"); of the same name
    in both fields, `thaw`.
    """

    freeze: tuple[str, ...] = ()  # do not learn
    thaw: Mapping[str, int] = field(default_factory=dict)  # layer -> finished epochs after which it learns

    def learns_from(self, parameter: str) -> float:
        """Finished epochs after which the parameter of that name learns: 0 from the start, inf never."""
        if not (self.freeze or self.thaw):
            return 0
        layer = layer_of(parameter)
        for name in (layer, group_of(layer)):
            if name in self.thaw:
                return self.thaw[name]
            if name in self.freeze:
                return inf
        return 0

    def check(self, network: nn.Module) -> None:
        """Raise SettingsError for a layer that `network` has not, and where nothing learns in the first epoch."""
        names = [name for name, _ in network.named_parameters()]
        check_layers("transfer.freeze", self.freeze, names, "this network")
        check_layers("transfer.thaw", self.thaw, names, "this network")
        if all(self.learns_from(name) > 0 for name in names):
            found = ", ".join(dict.fromkeys((*self.freeze, *self.thaw)))
            hint = "Leave out the layers that are to learn from the start, such as heads."
            raise SettingsError("transfer.freeze", "a layer that learns from the first epoch on", found, hint)

    def never_learn(self, network: nn.Module) -> list[str]:
        """The single layers of `network` that never learn."""
        names = dict.fromkeys(name for name, _ in network.named_parameters())
        return list(dict.fromkeys(layer_of(name) for name in names if self.learns_from(name) == inf))

    def apply(self, network: nn.Module, epochs: float) -> None:
        """Let those parameters learn that do so after `epochs` finished epochs, and no others.

        inf: those that ever learn. A frozen parameter loses the gradient that stands in it.
        """
        if not (self.freeze or self.thaw):
            return
        for name, parameter in network.named_parameters():
            start = self.learns_from(name)
            parameter.requires_grad_(start <= epochs and start < inf)
            if not parameter.requires_grad:
                parameter.grad = None


def build_freezing(settings: TransferSettings, tables: Iterable[str] = ()) -> Freezing:
    """The freezing that the settings ask for; of the lookup tables of these names static ones never learn."""
    static = tuple(f"lookup.{name}" for name in tables if is_static(name))
    return Freezing((*settings.freeze, *static), settings.thaw)


def rate_factors(network: nn.Module, rates: Mapping[str, float]) -> dict[str, float]:
    """Factor of each parameter's learning rate, by its name: that of the most exact layer in `rates`, 1 without one.

    Raises SettingsError for a layer that `network` has not.
    """
    names = [name for name, _ in network.named_parameters()]
    if not rates:
        return dict.fromkeys(names, 1.0)
    check_layers("transfer.rates", rates, names, "this network")
    layers = {name: layer_of(name) for name in names}
    return {name: rates.get(layer, rates.get(group_of(layer), 1.0)) for name, layer in layers.items()}
