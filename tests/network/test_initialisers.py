from math import sqrt

import pytest
import torch

from tagger.network.initialisers import INITIALISERS, Initialiser, lookup_uniform

N_OUT, N_IN = 300, 400
DEVIATIONS = {  # the formulas, by hand
    "glorot": sqrt(2 / 700),
    "fan_in_normal": sqrt(1 / 400),
    "small_normal": 0.01,
    "fan_in_uniform": sqrt(1 / 20),
}
UNIFORM = {"glorot", "fan_in_uniform"}


def filled(rule: Initialiser, *shape: int, seed: int = 1) -> torch.Tensor:
    weight = torch.empty(*shape, dtype=torch.float64)
    rule(weight, torch.Generator().manual_seed(seed))
    return weight


def test_every_initialiser_has_an_oracle() -> None:
    assert set(INITIALISERS) == set(DEVIATIONS)


@pytest.mark.parametrize("name", sorted(DEVIATIONS))
def test_moments_of_the_weights_are_those_of_the_formula(name: str) -> None:
    scaled = filled(INITIALISERS[name], N_OUT, N_IN) / DEVIATIONS[name]  # 120,000 values
    assert scaled.mean().item() == pytest.approx(0, abs=0.015)
    assert scaled.var().item() == pytest.approx(1, rel=0.02)
    fourth = (scaled**4).mean().item()  # 9 / 5 for a uniform, 3 for a normal distribution
    assert fourth == pytest.approx(1.8 if name in UNIFORM else 3.0, rel=0.05)


@pytest.mark.parametrize(
    ("rule", "bound"),
    [
        (INITIALISERS["glorot"], sqrt(6 / 700)),
        (INITIALISERS["fan_in_uniform"], sqrt(3 / 20)),
        (lookup_uniform, sqrt(3 / 400)),
    ],
)
def test_uniform_weights_fill_their_bounds(rule: Initialiser, bound: float) -> None:
    largest = filled(rule, N_OUT, N_IN).abs().max().item()
    assert 0.999 * bound < largest <= bound


@pytest.mark.parametrize("name", sorted(INITIALISERS))
def test_the_same_seed_draws_the_same_weights(name: str) -> None:
    rule = INITIALISERS[name]
    assert torch.equal(filled(rule, 5, 7), filled(rule, 5, 7))
    assert not torch.equal(filled(rule, 5, 7), filled(rule, 5, 7, seed=2))


WIDTH, LAYERS = 200, 5


def through_tanh_layers(name: str) -> tuple[list[float], list[float]]:
    """Variances, layer by layer: of the sums on the way up, of the loss's gradient in them on the way back.

    The input of the first layer has variance 1, the gradient of the last layer's outputs too.
    """
    generator = torch.Generator().manual_seed(3)
    hidden = torch.randn(500, WIDTH, generator=generator, dtype=torch.float64, requires_grad=True)
    sums = []
    for layer in range(LAYERS):
        weight = filled(INITIALISERS[name], WIDTH, WIDTH, seed=10 + layer)
        sums.append(hidden @ weight.T)
        hidden = sums[-1].tanh()
    gradients = torch.autograd.grad(
        hidden, sums, torch.randn(hidden.shape, generator=generator, dtype=torch.float64)
    )
    return [z.var().item() for z in sums], [g.var().item() for g in gradients]


@pytest.mark.parametrize("name", ["glorot", "fan_in_normal"])
def test_five_tanh_layers_keep_the_variance_of_activations_and_gradients(name: str) -> None:
    activations, gradients = through_tanh_layers(name)
    assert max(activations) < 10 * min(activations)
    assert max(gradients) < 10 * min(gradients)


def test_five_tanh_layers_of_small_weights_lose_activations_and_gradients() -> None:
    """Each layer multiplies both variances by about 200 * 0.01^2 = 1 / 50."""
    activations, gradients = through_tanh_layers("small_normal")
    assert activations[-1] < 1e-6 * activations[0]
    assert gradients[0] < 1e-6 * gradients[-1]


def test_wide_weights_saturate_tanh_layers() -> None:
    """Sums of the paper's start have variance sqrt(200): beyond 2, where tanh is flat, for half of the units."""
    wide, _ = through_tanh_layers("fan_in_uniform")
    assert min(wide) > 8
