"""Optimizers by name, and their state as named arrays."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

OPTIMIZERS: dict[str, Callable[[Iterable[nn.Parameter], float], torch.optim.Optimizer]] = {
    "adam": lambda parameters, rate: torch.optim.Adam(
        parameters, lr=rate, fused=True
    ),  # Kingma and Ba 2015, t from 1
    "sgd": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate),  # theta - rate * gradient
}


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Use learning rate `rate` from the next step on."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def optimizer_tensors(optimizer: torch.optim.Optimizer, network: nn.Module) -> dict[str, Tensor]:
    """The optimizer's memory of each parameter, as NAME/KEY -> tensor."""
    return {
        f"{name}/{key}": value
        for name, parameter in network.named_parameters()
        for key, value in optimizer.state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(
    optimizer: torch.optim.Optimizer, network: nn.Module, tensors: dict[str, Tensor]
) -> None:
    """Give `optimizer` the memory that `optimizer_tensors` took down."""
    parameters = dict(network.named_parameters())
    for place, value in tensors.items():
        name, _, key = place.rpartition("/")
        optimizer.state[parameters[name]][key] = value.clone()
