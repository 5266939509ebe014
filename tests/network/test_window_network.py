import numpy as np
import pytest
import torch

from tagger.errors import SettingsError
from tagger.network import window_network
from tagger.network.activations import ACTIVATIONS
from tagger.network.heads import Head
from tagger.network.lookup import CharacterConvolution, Lookup
from tagger.network.window_network import WindowNetwork, dropout_factors, initialise


def small_network(
    *,
    window: int = 3,
    hidden: tuple[int, ...] = (5,),
    activation: str = "tanh",
    leak: float = 0.1,
    pieces: int = 3,
    batch_norm: bool = False,
    dropout: float = 0.0,
) -> WindowNetwork:
    characters = CharacterConvolution(6, 2, filters=3, width=3)
    lookup = Lookup({"word": (7, 4), "caps": (3, 2)}, characters)
    heads = {
        "pos": Head(hidden[-1], 4, sentence_level=False),
        "ner": Head(hidden[-1], 3, sentence_level=True),
    }
    network = WindowNetwork(
        lookup,
        heads,
        window=window,
        hidden=hidden,
        activation=activation,
        leak=leak,
        pieces=pieces,
        batch_norm=batch_norm,
        input_dropout=dropout,
        dropout=dropout,
    )
    initialise(network, "glorot", torch.Generator().manual_seed(0))
    return network


ROWS = torch.tensor([[0, 0], [2, 1], [3, 2], [6, 1]])
CHARACTERS = torch.tensor([[0, 0, 0], [2, 3, 0], [4, 0, 0], [5, 2, 1]])
WINDOWS = torch.tensor([[0, 1, 2], [1, 2, 3], [2, 3, 3], [3, 3, 0]])


def test_scores_equal_the_formula_on_concatenated_windows() -> None:
    """Oracle: s = U f(W x + b) + c in NumPy, x the concatenation of the window's vectors, word by word."""
    network = small_network(window=5, hidden=(6, 4))
    windows = torch.tensor([[0, 0, 1, 2, 3], [0, 1, 2, 3, 3], [1, 2, 3, 3, 0]])
    scores = network(ROWS, CHARACTERS, windows)
    weights = {name: value.detach().double().numpy() for name, value in network.named_parameters()}
    vectors = network.lookup(ROWS, CHARACTERS).detach().double().numpy()
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


def test_maxout_and_batch_normalisation_equal_the_formulas_in_training() -> None:
    """Oracle: two hidden layers in NumPy on concatenated windows, with the statistics of the batch."""
    network = small_network(hidden=(5, 4), activation="maxout", pieces=3, batch_norm=True).double()
    for norm in network.norms:
        torch.nn.init.normal_(norm.weight, generator=torch.Generator().manual_seed(2))
        torch.nn.init.normal_(norm.bias, generator=torch.Generator().manual_seed(3))
    weights = {name: value.detach().clone().numpy() for name, value in network.named_parameters()}
    vectors = network.lookup(ROWS, CHARACTERS).detach().numpy()
    scores = network(ROWS, CHARACTERS, WINDOWS)["pos"].detach().numpy()
    hidden = np.array([np.concatenate([vectors[form] for form in window]) for window in WINDOWS.tolist()])
    for layer, units in enumerate((5, 4)):
        z = hidden @ weights[f"trunk.{layer}.weight"].T + weights[f"trunk.{layer}.bias"]
        assert z.shape == (4, 3 * units)
        z = (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-5)
        z = z * weights[f"norms.{layer}.weight"] + weights[f"norms.{layer}.bias"]
        hidden = np.array(
            [[max(row[u], row[units + u], row[2 * units + u]) for u in range(units)] for row in z]
        )
    expected = hidden @ weights["heads.pos.weight"].T + weights["heads.pos.bias"]
    np.testing.assert_allclose(scores, expected, rtol=1e-9)


@pytest.mark.parametrize(("batch_norm", "training"), [(False, True), (True, True), (True, False)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_gradients_agree_with_finite_differences(activation: str, batch_norm: bool, training: bool) -> None:
    """Oracle: torch.autograd.gradcheck, central differences in float64. Biases of 0 could leave sums at a kink."""
    network = small_network(hidden=(3, 2), activation=activation, batch_norm=batch_norm).double()
    network.train(training)
    parameters = dict(network.named_parameters())
    for name, parameter in parameters.items():
        if name.endswith(".bias"):
            torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(len(name)))

    def scores(*values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        named = dict(zip(parameters, values, strict=True))
        result = torch.func.functional_call(network, named, (ROWS, CHARACTERS, WINDOWS))
        return tuple(result.values())

    assert torch.autograd.gradcheck(scores, tuple(parameters.values()), fast_mode=True)


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


def test_the_network_works_in_float64_dropout_included() -> None:
    network = small_network(hidden=(5, 4), activation="maxout", batch_norm=True, dropout=0.5)
    found = []
    for module in (network, network.double()):
        initialise(network, "glorot", torch.Generator().manual_seed(1))
        watch: list[tuple[torch.Tensor, torch.Tensor]] = []
        generator = torch.Generator().manual_seed(6)
        scores = module(ROWS, CHARACTERS, WINDOWS, generator=generator, watch=watch)
        found.append([*scores.values(), *(values for pair in watch for values in pair)])
        scores["pos"].sum().backward()
    assert {values.dtype for values in found[1]} == {torch.float64}
    assert {parameter.grad.dtype for parameter in network.parameters() if parameter.grad is not None} == {
        torch.float64
    }
    for single, double in zip(*found, strict=True):
        torch.testing.assert_close(single.double(), double, rtol=1e-3, atol=1e-4)


def test_a_batch_of_one_word_is_learnt_from_with_batch_normalisation() -> None:
    network = small_network(batch_norm=True)
    scores = network(ROWS, CHARACTERS, WINDOWS[:1])
    torch.testing.assert_close(scores, network.eval()(ROWS, CHARACTERS, WINDOWS[:1]))
    scores["pos"].square().sum().backward()
    assert network.trunk[0].weight.grad.abs().sum() > 0


@pytest.mark.parametrize("batch_norm", [True, False])
@pytest.mark.parametrize(("activation", "sums"), [("tanh", 1), ("maxout", 3)])
def test_watched_layers_show_what_goes_into_the_activation_and_what_comes_out(
    activation: str, sums: int, batch_norm: bool
) -> None:
    network = small_network(
        hidden=(5, 4), activation=activation, pieces=3, batch_norm=batch_norm, dropout=0.5
    )
    watch: list[tuple[torch.Tensor, torch.Tensor]] = []
    network(ROWS, CHARACTERS, WINDOWS, watch=watch)
    assert [(before.shape, after.shape) for before, after in watch] == [
        ((4, 5 * sums), (4, 5)),
        ((4, 4 * sums), (4, 4)),
    ]
    for before, after in watch:
        assert not before.requires_grad and not after.requires_grad
        expected = before.tanh() if activation == "tanh" else before.view(4, 3, -1).amax(1)
        torch.testing.assert_close(after, expected)  # no dropout yet
        if batch_norm:
            torch.testing.assert_close(before.mean(0), torch.zeros(before.shape[1]), atol=1e-5, rtol=0)


def test_watching_changes_no_score() -> None:
    network = small_network(hidden=(5, 4), dropout=0.5)
    both = [
        network(ROWS, CHARACTERS, WINDOWS, generator=torch.Generator().manual_seed(4), watch=watch)["pos"]
        for watch in (None, [])
    ]
    assert torch.equal(*both)


def test_each_piece_of_a_maxout_layer_starts_as_a_layer_of_its_own() -> None:
    """Glorot's bound sqrt(6 / (n_in + H)) with H = 40 units, not 3 * 40 sums."""
    network = small_network(hidden=(40, 40), activation="maxout", pieces=3)
    weight = network.trunk[1].weight.detach()
    bound = (6 / 80) ** 0.5
    assert weight.shape == (120, 40)
    for piece in weight.split(40):
        assert 0.99 * bound < piece.abs().max().item() <= bound


def test_initialising_again_resets_batch_normalisation() -> None:
    network = small_network(hidden=(5, 4), batch_norm=True)
    expected = {name: value.clone() for name, value in network.state_dict().items()}
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, 3.0)
    network(ROWS, CHARACTERS, WINDOWS)
    initialise(network, "glorot", torch.Generator().manual_seed(0))
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, expected[name], rtol=0, atol=0)
    assert expected["norms.1.weight"].tolist() == expected["norms.1.running_var"].tolist() == [1.0] * 4
    assert expected["norms.1.bias"].tolist() == expected["norms.1.running_mean"].tolist() == [0.0] * 4


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


def rounded(values: np.ndarray) -> np.ndarray:
    """Float32 to the nearest number with 8 significant bits, as float64; ties to even."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32).astype(np.uint64)
    bits += 0x7FFF + ((bits >> 16) & 1)
    return (bits & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(np.float64)


def test_products_with_16_bits_are_those_of_rounded_numbers_while_training_alone() -> None:
    """Oracle: the formula in NumPy with vectors, weights and each slot's products rounded by their bits."""
    network = small_network(window=3)
    exact = network(ROWS, CHARACTERS, WINDOWS)["pos"]
    network.in_bfloat16 = True
    vectors = rounded(network.lookup(ROWS, CHARACTERS).detach().numpy())  # [U, D]
    first = network.trunk[0].weight.detach().numpy().reshape(5, 3, -1)  # [H, W, D]
    sums = np.array(
        [
            sum(
                rounded((rounded(first[:, slot]) @ vectors[form]).astype(np.float32))
                for slot, form in enumerate(window)
            )
            for window in WINDOWS.tolist()
        ]
    )
    hidden = np.tanh(sums + network.trunk[0].bias.detach().numpy())
    head = network.head("pos")
    expected = hidden @ head.weight.detach().numpy().T + head.bias.detach().numpy()
    network.train()
    found = network(ROWS, CHARACTERS, WINDOWS)["pos"]
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=1e-5)
    assert not torch.equal(found, exact)
    network.eval()
    assert torch.equal(network(ROWS, CHARACTERS, WINDOWS)["pos"], exact)


def test_gradients_with_16_bits_are_close_to_those_with_32() -> None:
    gradients = []
    for half in (False, True):
        network = small_network(window=3)
        network.in_bfloat16 = half
        network(ROWS, CHARACTERS, WINDOWS)["pos"].square().sum().backward()
        gradients.append(network.trunk[0].weight.grad.flatten())
    cosine = torch.cosine_similarity(*gradients, dim=0).item()
    assert 0.999 < cosine < 1.0


def test_mixed_precision_gives_single_scores_close_to_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a GPU does with 16 bits, done by the CPU, whose products torch can round in the same way."""
    found = []
    for devices in ((), ("cpu",)):
        monkeypatch.setattr(window_network, "MIXED_DEVICES", devices)
        network = small_network(window=3)
        network.in_bfloat16 = True
        network.train()
        scores = network(ROWS, CHARACTERS, WINDOWS)["pos"]
        scores.square().sum().backward()
        assert scores.dtype == torch.float32
        found.append((scores.detach(), network.head("pos").weight.grad.flatten()))
    (first, of_first), (mixed, of_mixed) = found
    assert not torch.equal(first, mixed)
    np.testing.assert_allclose(mixed, first, atol=0.02)
    assert torch.cosine_similarity(of_first, of_mixed, dim=0) > 0.999
