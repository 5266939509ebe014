import numpy as np
import pytest
import torch

from tagger.errors import SettingsError
from tagger.network.heads import Head
from tagger.network.lookup import CharacterConvolution, Lookup
from tagger.network.window_network import WindowNetwork, dropout_factors, initialise


def small_network(
    *, window: int = 3, hidden: tuple[int, ...] = (5,), activation: str = "tanh"
) -> WindowNetwork:
    characters = CharacterConvolution(6, 2, filters=3, width=3)
    lookup = Lookup({"word": (7, 4), "caps": (3, 2)}, characters)
    heads = {
        "pos": Head(hidden[-1], 4, sentence_level=False),
        "ner": Head(hidden[-1], 3, sentence_level=True),
    }
    network = WindowNetwork(lookup, heads, window=window, hidden=hidden, activation=activation)
    initialise(network, "glorot", torch.Generator().manual_seed(0))
    return network


def test_scores_equal_the_formula_on_concatenated_windows() -> None:
    """Oracle: s = U f(W x + b) + c in NumPy, x the concatenation of the window's vectors, word by word."""
    network = small_network(window=5, hidden=(6, 4))
    rows = torch.tensor([[0, 0], [2, 1], [3, 2], [6, 1]])
    characters = torch.tensor([[0, 0, 0], [2, 3, 0], [4, 0, 0], [5, 2, 1]])
    windows = torch.tensor([[0, 0, 1, 2, 3], [0, 1, 2, 3, 3], [1, 2, 3, 3, 0]])
    scores = network(rows, characters, windows)
    weights = {name: value.detach().double().numpy() for name, value in network.named_parameters()}
    vectors = network.lookup(rows, characters).detach().double().numpy()
    for n, window in enumerate(windows.tolist()):
        hidden = np.concatenate([vectors[form] for form in window])
        for layer in (0, 1):
            hidden = np.tanh(weights[f"trunk.{layer}.weight"] @ hidden + weights[f"trunk.{layer}.bias"])
        for task in ("pos", "ner"):
            expected = weights[f"heads.{task}.weight"] @ hidden + weights[f"heads.{task}.bias"]
            np.testing.assert_allclose(scores[task][n].detach().numpy(), expected, atol=1e-5)


def test_character_vector_is_the_largest_of_the_filtered_windows() -> None:
    """Oracle: a loop over positions in NumPy, zero vectors beyond the form's edges."""
    torch.manual_seed(3)
    layer = CharacterConvolution(6, 2, filters=4, width=3)
    torch.nn.init.normal_(layer.weight)
    torch.nn.init.normal_(layer.filters)
    torch.nn.init.normal_(layer.bias)
    sequence = [3, 5, 2, 4]
    table, filters = layer.weight.detach().numpy(), layer.filters.detach().numpy()
    padded = [np.zeros(2), *(table[c] for c in sequence), np.zeros(2)]
    positions = [filters @ np.concatenate(padded[i : i + 3]) + layer.bias.detach().numpy() for i in range(4)]
    characters = torch.tensor([[*sequence, 0, 0], [0] * 6])
    result = layer(characters).detach().numpy()
    np.testing.assert_allclose(result[0], np.max(positions, axis=0), rtol=1e-5)
    np.testing.assert_array_equal(result[1], np.zeros(4))


def test_gradients_agree_with_finite_differences() -> None:
    """Oracle: torch.autograd.gradcheck, central differences in float64."""
    network = small_network().double()
    rows, windows = torch.tensor([[0, 0], [2, 1], [3, 2]]), torch.tensor([[0, 1, 2], [1, 2, 0]])
    characters = torch.tensor([[0, 0], [2, 3], [4, 0]])
    parameters = dict(network.named_parameters())

    def scores(*values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        named = dict(zip(parameters, values, strict=True))
        result = torch.func.functional_call(network, named, (rows, characters, windows))
        return tuple(result.values())

    assert torch.autograd.gradcheck(scores, tuple(parameters.values()))


def test_only_the_asked_tasks_are_scored() -> None:
    network = small_network()
    rows, characters = torch.tensor([[0, 0], [2, 1]]), torch.tensor([[0], [2]])
    assert list(network(rows, characters, torch.tensor([[0, 1, 0]]), tasks=("ner",))) == ["ner"]


def test_dropout_keeps_the_mean_and_is_off_outside_training() -> None:
    generator = torch.Generator().manual_seed(5)
    factors = dropout_factors(torch.zeros(1000, 1000), 0.3, generator)
    kept = round(256 * 0.7) / 256
    assert factors.mean().item() == pytest.approx(1.0, abs=0.002)
    assert (factors > 0).double().mean().item() == pytest.approx(kept, abs=0.002)
    network = small_network().eval()
    network.dropout = network.input_dropout = 0.5
    rows, characters = torch.tensor([[0, 0], [2, 1]]), torch.tensor([[0], [2]])
    first, second = (network(rows, characters, torch.tensor([[0, 1, 0]]))["pos"] for _ in range(2))
    assert torch.equal(first, second)


def test_a_task_named_like_a_part_of_torch_is_refused() -> None:
    with pytest.raises(SettingsError) as error:
        WindowNetwork(
            Lookup({"word": (3, 2)}),
            {"train": Head(2, 2, sentence_level=False)},
            window=1,
            hidden=(2,),
            activation="tanh",
        )
    assert (
        str(error.value) == "tasks.train: expected another name, found 'train'. torch needs that name itself."
    )
