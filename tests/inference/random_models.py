"""Small random models, and the network written a second time: token by token, from the formulas, sharing no code."""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.saved import NetworkDescription, SavedModel, TaskDescription
from tagger.text.features import CharacterFeature, Feature, FormFeatures, character_sequence, item_of
from tagger.text.gazetteers import Gazetteers
from tagger.text.memory import Memory
from tagger.text.vocabulary import Vocabulary

FORMS = [
    "Ada",
    "lives",
    "in",
    "Paris",
    ".",
    "the",
    "U.S.",
    "1990",
    "1991",
    "walking",
    "Walks",
    "-",
    "ADA",
    "naïve",
    "東京",
]
IOBES = ("O", "B-PER", "I-PER", "E-PER", "S-PER", "B-LOC", "I-LOC", "E-LOC", "S-LOC")
IOB2 = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
POS = ("NN", "VB", "DT")
WORD_TASK = TaskDescription("pos", "pos", "none", "word", POS)
SENTENCE_TASK = TaskDescription("ner", "ner", "IOBES", "sentence", IOBES)

FEATURES = {
    "word": ([Feature("word", 7)], None),
    "affixes": (
        [
            Feature("word", 5),
            Feature("caps", 2),
            Feature("prefix", 3, length=2),
            Feature("suffix", 4, length=3),
            Feature("shape", 3),
        ],
        None,
    ),
    "characters": ([Feature("word", 5)], CharacterFeature(dim=4, filters=6, width=3, max_length=6)),
    "wide characters": ([Feature("caps", 2)], CharacterFeature(dim=3, filters=5, width=4, max_length=9)),
    "lists": (
        [
            Feature("word", 5),
            Feature("static", 4, source="one"),
            Feature("static", 3, lowercase=False, source="two"),
            Feature("list", 2, source="people", place=0),
            Feature("list", 3, source="places", place=1),
        ],
        CharacterFeature(dim=3, filters=4, width=3, max_length=7),
    ),
}
FEATURES["memory"] = (
    [*FEATURES["lists"][0], Feature("memory", 4, place=2)],
    CharacterFeature(dim=3, filters=4, width=3, max_length=7),
)
MEMORY = Memory("ner", ("O", "PER", "LOC"))
LISTS = {
    "people": ["Ada", "ada walking", "naïve 東京 the"],
    "places": ["Paris", "in Paris", "Paris . the", "ada"],
}


def random_model(
    seed: int = 0,
    *,
    features: str = "affixes",
    window: int = 5,
    hidden: tuple[int, ...] = (11,),
    activation: str = "hard_tanh",
    leak: float = 0.2,
    pieces: int = 3,
    batch_norm: bool = False,
    tasks: Sequence[TaskDescription] = (WORD_TASK, SENTENCE_TASK),
) -> SavedModel:
    """A model with normal weights and running statistics of any batch; it knows two thirds of FORMS."""
    random = np.random.default_rng(seed)

    def weights(*shape: int) -> NDArray[np.float32]:
        return random.normal(0.0, 0.5, shape).astype(np.float32)

    lookups, characters = FEATURES[features]
    known = FORMS[: 2 * len(FORMS) // 3]
    vocabularies = {
        f.name: Vocabulary(
            {"list": "BIES", "memory": MEMORY.classes}.get(f.kind)
            or sorted({item_of(form, f) for form in known})
        )
        for f in lookups
    }
    parameters = {f"lookup.{f.name}.weight": weights(len(vocabularies[f.name]), f.dim) for f in lookups}
    if characters:
        vocabularies["characters"] = Vocabulary(sorted(set(character_sequence("".join(known), 1000))))
        parameters["lookup.characters.weight"] = weights(len(vocabularies["characters"]), characters.dim)
        parameters["lookup.characters.filters"] = weights(
            characters.filters, characters.width * characters.dim
        )
        parameters["lookup.characters.bias"] = weights(characters.filters)
    gazetteers = Gazetteers(LISTS) if any(f.kind == "list" for f in lookups) else None
    memory = MEMORY if any(f.kind == "memory" for f in lookups) else None
    form_features = FormFeatures(lookups, characters, vocabularies, gazetteers, memory)
    units = window * form_features.width
    for i, layer in enumerate(hidden):
        sums = layer * pieces if activation == "maxout" else layer
        parameters[f"trunk.{i}.weight"] = weights(sums, units)
        parameters[f"trunk.{i}.bias"] = weights(sums)
        if batch_norm:
            for part in ("weight", "bias", "running_mean"):
                parameters[f"norms.{i}.{part}"] = weights(sums)
            parameters[f"norms.{i}.running_var"] = random.uniform(0.1, 3.0, sums).astype(np.float32)
        units = layer
    for task in tasks:
        parameters[f"heads.{task.name}.weight"] = weights(len(task.labels), units)
        parameters[f"heads.{task.name}.bias"] = weights(len(task.labels))
        if task.objective == "sentence":
            parameters[f"heads.{task.name}.transitions"] = weights(len(task.labels) + 1, len(task.labels))
    network = NetworkDescription(window, hidden, activation, leak=leak, pieces=pieces, batch_norm=batch_norm)
    return SavedModel(network, tuple(tasks), form_features, parameters)


def random_sentences(seed: int, count: int, *, longest: int = 9) -> list[list[str]]:
    """Sentences of 1 to `longest` forms, one in five of them unknown to every model."""
    random = np.random.default_rng(seed)
    forms = [*FORMS, *(f"unseen{i}" for i in range(len(FORMS) // 4))]
    return [
        [forms[i] for i in random.integers(0, len(forms), random.integers(1, longest + 1))]
        for _ in range(count)
    ]


def slow_places(tokens: Sequence[str], phrases: Sequence[str]) -> str:
    """For each token its place in a phrase, B, I, E or S, "-" for none; of all phrases the longest from the left."""
    folded = [token.lower() for token in tokens]
    found, start = "", 0
    while start < len(tokens):
        split = [phrase.lower().split(" ") for phrase in phrases]
        here = [len(phrase) for phrase in split if folded[start : start + len(phrase)] == phrase]
        longest = max(here, default=0)
        found += {0: "-", 1: "S"}.get(longest, "B" + "I" * (longest - 2) + "E")
        start += max(longest, 1)
    return found


def form_vector(model: SavedModel, form: str | None, places: Mapping[str, str]) -> NDArray[np.float64]:
    """The concatenated vectors of one form; None stands outside the sentence. `places`: list -> what it says."""
    parts = []
    features = model.features
    for feature in features.features:
        known = features.vocabularies[feature.name]
        if form is None:
            row = 0
        elif feature.kind == "list":
            row = known.row(places[feature.source])
        else:
            row = known.row(item_of(form, feature))
        parts.append(model.weights[f"lookup.{feature.name}.weight"][row].astype(np.float64))
    if features.characters:
        if form is None:
            parts.append(np.zeros(features.characters.filters))
        else:
            parts.append(character_vector(model, form))
    return np.concatenate(parts)


def character_vector(model: SavedModel, form: str) -> NDArray[np.float64]:
    """The largest value of each filter over the windows of the form's characters."""
    feature = model.features.characters
    assert feature is not None
    table, filters, bias = (
        model.weights[f"lookup.characters.{name}"].astype(np.float64)
        for name in ("weight", "filters", "bias")
    )
    letters = [
        table[model.features.vocabularies["characters"].row(letter)]
        for letter in character_sequence(form, feature.max_length)
    ]
    outside = [np.zeros(feature.dim)]
    left = feature.width // 2
    padded = outside * left + letters + outside * (feature.width - 1 - left)
    windows = [np.concatenate(padded[i : i + feature.width]) for i in range(len(letters))]
    return np.max([filters @ window + bias for window in windows], axis=0)


ACTIVATIONS = {  # of the sums of one unit, one but in maxout, and the leak
    "sigmoid": lambda z, k: 1 / (1 + math.exp(-z[0])),
    "tanh": lambda z, k: math.tanh(z[0]),
    "hard_tanh": lambda z, k: min(1.0, max(-1.0, z[0])),
    "soft_sign": lambda z, k: z[0] / (1 + abs(z[0])),
    "relu": lambda z, k: max(0.0, z[0]),
    "leaky_relu": lambda z, k: z[0] if z[0] > 0 else k * z[0],
    "maxout": lambda z, k: max(z),
}


def slow_layer(model: SavedModel, number: int, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The outputs [H] of one hidden layer for one word, sum by sum, batch normalisation not folded."""
    units = model.network.hidden[number]
    sums: list[list[float]] = [[] for _ in range(units)]
    matrix = model.weights[f"trunk.{number}.weight"].astype(np.float64)
    for row in range(len(matrix)):
        z = float(matrix[row] @ inputs) + float(model.weights[f"trunk.{number}.bias"][row])
        if model.network.batch_norm:
            gamma, beta, mean, variance = (
                float(model.weights[f"norms.{number}.{part}"][row])
                for part in ("weight", "bias", "running_mean", "running_var")
            )
            z = (z - mean) / math.sqrt(variance + 1e-5) * gamma + beta
        sums[row % units].append(z)
    f = ACTIVATIONS[model.network.activation]
    return np.array([f(z, model.network.leak) for z in sums])


def slow_scores(model: SavedModel, tokens: Sequence[str], task: str) -> NDArray[np.float64]:
    """The scores [T, K] of one sentence, in float64."""
    half = model.network.window // 2
    forms = [None] * half + list(tokens) + [None] * half
    places = {name: "-" * half + slow_places(tokens, LISTS[name]) + "-" * half for name in LISTS}
    vectors = [
        form_vector(model, form, {name: row[t] for name, row in places.items()})
        for t, form in enumerate(forms)
    ]
    scores = []
    for t in range(len(tokens)):
        h = np.concatenate(vectors[t : t + model.network.window])
        for i in range(len(model.network.hidden)):
            h = slow_layer(model, i, h)
        head = model.weights[f"heads.{task}.weight"].astype(np.float64)
        scores.append(head @ h + model.weights[f"heads.{task}.bias"])
    return np.array(scores)


def path_scores(
    scores: NDArray[np.float64],
    transitions: NDArray[np.float64],
    allowed: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]],
) -> dict[tuple[int, ...], float]:
    """The score of every allowed path. Shapes: scores [T, K]; transitions [K + 1, K], the start last."""
    length, labels = scores.shape
    start, pairs, end = allowed
    result = {}
    for path in itertools.product(range(labels), repeat=length):
        steps = list(itertools.pairwise(path))
        if start[path[0]] and end[path[-1]] and all(pairs[a, b] for a, b in steps):
            result[path] = float(
                transitions[labels, path[0]]
                + sum(transitions[a, b] for a, b in steps)
                + sum(scores[t, tag] for t, tag in enumerate(path))
            )
    return result
