"""A network's parameters by what they are: weight matrices, lookup tables, and the rest (biases, transitions)."""

from torch import Tensor, nn


def lookup_tables(network: nn.Module) -> dict[str, nn.Parameter]:
    """The tables of features and of characters, by name: each has one row an item."""
    return {name: p for name, p in network.named_parameters() if _is_table(name)}


def sparse_tables(network: nn.Module) -> dict[str, nn.Parameter]:
    """The lookup tables whose gradients are sparse, by name."""
    return {
        f"{name}.weight": network.get_parameter(f"{name}.weight")
        for name, module in network.named_modules()
        if isinstance(module, nn.Embedding) and module.sparse
    }


def weight_matrices(network: nn.Module) -> dict[str, nn.Parameter]:
    """The matrices of hidden layers, heads and character filters, by name: each has one row an output.

    Not among them: lookup tables, biases, the scales and shifts of batch normalisation, transition scores.
    """
    return {
        name: p
        for name, p in network.named_parameters()
        if p.ndim > 1 and not _is_table(name) and not name.endswith(".transitions")
    }


def fan_ins(network: nn.Module) -> dict[str, int]:
    """Numbers that one output of each parameter's layer is computed from, by the parameter's name.

    A linear layer's is the width of its input, a convolution's the width of what a filter sees at once; the bias
    belongs to the layer and has the same. It is 1 for a lookup table, whose output is a row as it stands, and for
    transition scores and the scales and shifts of batch normalisation, each of which acts on one number.
    Collobert et al. 2011, section 3.4 (stochastic gradient, tricks), give the first three.
    """
    matrices = weight_matrices(network)
    of_layer = {name.rpartition(".")[0]: matrix.shape[-1] for name, matrix in matrices.items()}
    return {
        name: of_layer.get(name.rpartition(".")[0], 1) if name in matrices or name.endswith(".bias") else 1
        for name, _ in network.named_parameters()
    }


def merged_gradient(parameter: nn.Parameter) -> Tensor:
    """The gradient's numbers: of a sparse one [rows, d], after rows met more than once are summed (kept so), else all.

    Raises ValueError where there is no gradient.
    """
    if parameter.grad is None:
        raise ValueError("no gradient")
    if not parameter.grad.is_sparse:
        return parameter.grad
    parameter.grad = parameter.grad.coalesce()
    return parameter.grad.values()


def _is_table(name: str) -> bool:
    return name.startswith("lookup.") and name.endswith(".weight")
