"""Optimizers by name: gradients to steps, dense or of single rows; their state as named arrays.

With theta a weight, g its gradient, a the learning rate of this step (it may change from step to step) and e epsilon:

    sgd       theta <- theta - a g
    momentum  v <- mu v - a g                    theta <- theta + v
    nesterov  v <- mu v - a g                    theta <- theta + mu v - a g, with the new v
    adagrad   c <- c + g^2                       theta <- theta - a g / (sqrt(c) + e)
    rmsprop   c <- d c + (1 - d) g^2             theta <- theta - a g / (sqrt(c) + e)
    adam      m <- b1 m + (1 - b1) g             theta <- theta - a m' / (sqrt(v') + e)
              v <- b2 v + (1 - b2) g^2           m' = m / (1 - b1^t), v' = v / (1 - b2^t), t from 1

Where the notes disagree with one another or with the sources: the velocity holds the rates of its steps (001 and the
Nesterov of 004; Sutskever et al. 2013), where the plain momentum of 004 multiplies by the rate of the moment and has
the sign wrong; AdaGrad divides by the root (000, 001, 004; Duchi et al. 2011), where 003 leaves the root out, with
epsilon beside it as in 004, not under it as in 000 and 001; Adam (Kingma and Ba 2015) counts from 1, where the code of
004 starts with a division by zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tagger.config import OptimizerSettings
from tagger.training.freezing import rate_factors
from tagger.training.parameters import fan_ins, merged_gradient, sparse_tables

Groups = list[dict[str, Any]]  # torch's parameter groups, each with the factor of its rate
Rule = Callable[[Groups, OptimizerSettings], torch.optim.Optimizer]


class Momentum(torch.optim.Optimizer):
    """The rules momentum and nesterov above.

    torch.optim.SGD keeps the rate out of the velocity: the same at a constant rate, but when the rate changes it
    rescales all the steps that the velocity remembers.
    """

    def __init__(self, groups: Groups, *, rate: float, momentum: float, nesterov: bool = False) -> None:
        super().__init__(groups, {"lr": rate, "momentum": momentum, "nesterov": nesterov})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step along the gradients that stand in the parameters."""
        for group in self.param_groups:
            rate, momentum = group["lr"], group["momentum"]
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["velocity"] = torch.zeros_like(parameter)
                velocity = state["velocity"].mul_(momentum).sub_(parameter.grad, alpha=rate)
                if group["nesterov"]:
                    parameter.add_(velocity, alpha=momentum).sub_(parameter.grad, alpha=rate)
                else:
                    parameter.add_(velocity)


class SparseAdagrad(torch.optim.Optimizer):
    """The rule adagrad above for sparse gradients: a row without gradient keeps its weights and its sums.

    torch.optim.Adagrad takes sparse gradients too, but warns that it does not check the tensors it makes of them.
    """

    def __init__(self, groups: Groups, *, rate: float, epsilon: float) -> None:
        super().__init__(groups, {"lr": rate, "eps": epsilon})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step of the rows that the gradients name."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["sum"] = torch.zeros_like(parameter)
                values = merged_gradient(parameter)  # [rows, d]
                rows = parameter.grad.indices()[0]
                squares = state["sum"][rows] + values**2
                state["sum"][rows] = squares
                parameter.index_add_(0, rows, values / (squares.sqrt() + group["eps"]), alpha=-group["lr"])


def _momentum(groups: Groups, settings: OptimizerSettings) -> torch.optim.Optimizer:
    nesterov = settings.name == "nesterov"
    return Momentum(groups, rate=settings.rate, momentum=settings.momentum, nesterov=nesterov)


OPTIMIZERS: dict[str, Rule] = {
    "sgd": lambda groups, settings: torch.optim.SGD(groups, lr=settings.rate),
    "momentum": _momentum,
    "nesterov": _momentum,
    "adagrad": lambda groups, settings: torch.optim.Adagrad(groups, lr=settings.rate, eps=settings.epsilon),
    "rmsprop": lambda groups, settings: torch.optim.RMSprop(
        groups, lr=settings.rate, alpha=settings.decay, eps=settings.epsilon
    ),
    "adam": lambda groups, settings: torch.optim.Adam(
        groups, lr=settings.rate, betas=(settings.beta1, settings.beta2), eps=settings.epsilon, fused=True
    ),
}
SPARSE_OPTIMIZERS: dict[str, Rule] = {
    # The same steps as above: by these two rules a row without gradient stays as it is.
    "sgd": OPTIMIZERS["sgd"],
    "adagrad": lambda groups, settings: SparseAdagrad(groups, rate=settings.rate, epsilon=settings.epsilon),
    # Not the same: m and v of a row decay only in the steps that it takes part in, and it moves in no others, where the
    # dense rule goes on along m; t counts all steps; epsilon stands beside sqrt(v) before its correction.
    "adam": lambda groups, settings: torch.optim.SparseAdam(
        groups, lr=settings.rate, betas=(settings.beta1, settings.beta2), eps=settings.epsilon
    ),
}
"""Rules for tables whose gradient names only the rows of the batch: a step costs the same however large the table."""


class Optimizer:
    """The rules that move a network's parameters, as one: each parameter belongs to one of them."""

    def __init__(self, rules: Sequence[torch.optim.Optimizer]) -> None:
        self.rules = tuple(rules)

    def set_rate(self, rate: float) -> None:
        """Use learning rate `rate`, times the factor of each group, from the next step on."""
        for rule in self.rules:
            for group in rule.param_groups:
                group["lr"] = rate * group["factor"]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for rule in self.rules:
            rule.zero_grad()

    def step(self) -> None:
        """One step along the gradients."""
        for rule in self.rules:
            rule.step()

    @property
    def kinds(self) -> list[str]:
        """The classes of the rules; memory fits only an optimizer of the same ones."""
        return [type(rule).__name__ for rule in self.rules]

    def tensors(self, network: nn.Module) -> dict[str, Tensor]:
        """The memory of each parameter, as NAME/KEY -> tensor; counts that are plain integers too."""
        return {
            f"{name}/{key}": value if isinstance(value, Tensor) else torch.tensor(value)
            for name, parameter in network.named_parameters()
            for rule in self.rules
            for key, value in rule.state.get(parameter, {}).items()
        }

    def restore(self, network: nn.Module, tensors: dict[str, Tensor]) -> None:
        """Take over the memory that `tensors` took down, on the device of each parameter."""
        memory: dict[str, dict[str, Tensor | int]] = {}
        for place, value in tensors.items():
            name, _, key = place.rpartition("/")
            plain = value.ndim == 0 and not value.is_floating_point()
            memory.setdefault(name, {})[key] = int(value) if plain else value.clone()
        names = {parameter: name for name, parameter in network.named_parameters()}
        for rule in self.rules:
            order = [names[parameter] for group in rule.param_groups for parameter in group["params"]]
            kept = {number: memory[name] for number, name in enumerate(order) if name in memory}
            rule.load_state_dict({**rule.state_dict(), "state": kept})


def build_optimizer(
    network: nn.Module, settings: OptimizerSettings, *, rates: Mapping[str, float] | None = None
) -> Optimizer:
    """The optimizer of the parameters that require gradients; one that stops to require them later stands still.

    Makes the gradients of large lookup tables sparse (`nn.Embedding.sparse`), so call it before anything that has to
    know of them. With fan_in_scaling the rate of each layer is divided by its fan-in, as Collobert et al. 2011 do; the
    notes' (001) square root of the fan-in is what they take for the first weights. `rates`: layer -> a further factor
    of its rate. Raises SettingsError for a layer that `network` has not.
    """
    _make_tables_sparse(network, settings)
    factors = rate_factors(network, rates or {})
    if settings.fan_in_scaling:
        factors = {name: factors[name] / n for name, n in fan_ins(network).items()}
    sparse = sparse_tables(network).keys()
    moving = {name: parameter for name, parameter in network.named_parameters() if parameter.requires_grad}
    rules = []
    for table, names in ((OPTIMIZERS, moving.keys() - sparse), (SPARSE_OPTIMIZERS, moving.keys() & sparse)):
        if names:
            chosen = [(parameter, factors[name]) for name, parameter in moving.items() if name in names]
            rules.append(table[settings.name](_groups(chosen, settings.rate), settings))
    return Optimizer(rules)


def takes_sparse_gradients(rows: int, device: str, settings: OptimizerSettings) -> bool:
    """Whether a lookup table of so many rows gets sparse gradients: a large one, under a rule that has use for them.

    A penalty moves every row in every step, so a penalised table stays dense; MPS lacks operations on sparse tensors.
    """
    penalised = settings.penalize_lookups and (settings.l1 > 0 or settings.l2 > 0)
    large = 0 < settings.sparse_rows <= rows
    return large and settings.name in SPARSE_OPTIMIZERS and not penalised and device != "mps"


def _make_tables_sparse(network: nn.Module, settings: OptimizerSettings) -> None:
    for module in network.modules():
        if isinstance(module, nn.Embedding):
            device = module.weight.device.type
            module.sparse = takes_sparse_gradients(module.num_embeddings, device, settings)


def _groups(parameters: Iterable[tuple[nn.Parameter, float]], rate: float) -> Groups:
    """One group for each factor of the rate."""
    groups: dict[float, list[nn.Parameter]] = {}
    for parameter, factor in parameters:
        groups.setdefault(factor, []).append(parameter)
    return [{"params": p, "factor": factor, "lr": rate * factor} for factor, p in groups.items()]
