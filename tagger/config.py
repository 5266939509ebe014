"""The settings of a run: frozen typed sections, each setting with its default, meaning and range.

`tagger/settings_file.py` reads them from TOML and turns what cannot be into errors.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

Scheme = Literal["auto", "none", "IOB1", "IOB2", "IOBES"]
Objective = Literal["word", "sentence", "squared-error", "tags-margin", "margin"]
Activation = Literal["sigmoid", "tanh", "hard_tanh", "soft_sign", "relu", "leaky_relu", "maxout"]
Initialiser = Literal["glorot", "fan_in_normal", "small_normal", "fan_in_uniform"]
OptimizerName = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
ScheduleName = Literal["constant", "linear", "step", "exponential", "inverse", "plateau"]


class Section(BaseModel):
    """A table of the settings file: no unknown keys, no change after construction, no silent conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _setting(default: Any, meaning: str, **limits: Any) -> Any:
    return Field(default=default, description=meaning, **limits)


class DataSettings(Section):
    """Where sentences come from: a folder that `tagger prep` wrote, or corpus files or a data set read as they are."""

    folder: str = _setting("", "prepared folder; then no files below")
    train: tuple[str, ...] = _setting((), "corpus files to learn from")
    dev: tuple[str, ...] = _setting((), "corpus files that early stopping scores")
    join_train: tuple[str, ...] = _setting((), "files with more tag columns on the tokens of train")
    join_dev: tuple[str, ...] = _setting((), "files with more tag columns on the tokens of dev")
    dataset: str = _setting(
        "",
        "data set in place of folder and files: a saved folder, data files or a hub name, NAME or NAME:CONFIG",
    )
    split: str = _setting("", "its split to learn from; by default train, or the only one")
    dev_split: str = _setting(
        "", "its split that early stopping scores; by default dev or validation, if any"
    )
    column: str = _setting("", "its column of tokens; by default tokens or words")
    streaming: bool = _setting(False, "read it row by row, without a copy in the cache of `datasets`")
    format: Literal["auto", "columns", "conllu", "iob2", "jsonl", "dataset"] = _setting(
        "auto", "format of the files"
    )
    columns: tuple[str, ...] = _setting((), 'names of a column file\'s columns, one of them "word"')
    maps: tuple[str, ...] = _setting((), "label changes [COLUMN:]OLD=NEW, such as ner:MISC=O")
    input_schemes: dict[str, Literal["none", "IOB1", "IOB2", "IOBES"]] = _setting(
        {}, "column -> tag scheme of the files, where it should not be detected"
    )
    broken_tags: Literal["error", "repair"] = _setting(
        "error", "tags that break their scheme; repair: as conlleval"
    )
    wide_rows: Literal["error", "join"] = _setting(
        "error", "rows with too many fields; join: the word has spaces"
    )

    sample: int = _setting(
        0, "training sentences to learn from, drawn at random but always the same; 0: all", ge=0
    )

    @model_validator(mode="after")
    def _one_origin(self) -> "DataSettings":
        if self.folder and (self.train or self.dev):
            raise PydanticCustomError("origin", "either folder or train and dev, not both")
        if self.dataset and (self.folder or self.train or self.dev):
            raise PydanticCustomError("origin", "either dataset, or folder, or train and dev")
        return self


class WordSettings(Section):
    """The word itself, as a row of the word table."""

    dim: int = _setting(64, "width of a word's vector", ge=1, le=4096)
    min_count: int = _setting(1, "training tokens that a word needs for a row of its own", ge=1)
    lowercase: bool = _setting(True, "fold case before looking up")
    fold_digits: bool = _setting(True, "every digit is 0")
    unknown_rate: float = _setting(
        0.2, "share of a batch's forms whose word is hidden while training", ge=0.0, lt=1.0
    )
    vectors: str = _setting(
        "", "word2vec or GloVe text file (.gz, .bz2, .xz too) of dim columns to start from"
    )
    max_vectors: int = _setting(200_000, "words taken from that file beyond the training data's", ge=0)
    preprocessing: Literal["none", "center", "standardize", "whiten"] = _setting(
        "none", "what the vectors of that file go through, with statistics of the training words only"
    )


class CapsSettings(Section):
    """Which letters of the form are capitals."""

    dim: int = _setting(5, "width of the vector; 0: off", ge=0, le=4096)


Length = Annotated[int, Field(ge=1, le=100)]


class AffixSettings(Section):
    """First or last characters of the form."""

    lengths: tuple[Length, ...] = _setting((1, 2, 3, 4), "characters of each affix; empty: off")
    dim: int = _setting(16, "width of each affix's vector", ge=1, le=4096)
    min_count: int = _setting(3, "training tokens that an affix needs for a row of its own", ge=1)
    lowercase: bool = _setting(True, "fold case first")


class ShapeSettings(Section):
    """The form's pattern of capitals, small letters, digits."""

    dim: int = _setting(16, "width of the vector; 0: off", ge=0, le=4096)
    min_count: int = _setting(3, "training tokens that a shape needs for a row of its own", ge=1)


class CharacterSettings(Section):
    """Convolution over the form's characters."""

    dim: int = _setting(25, "width of a character's vector", ge=1, le=4096)
    filters: int = _setting(50, "width of the result; 0: off", ge=0, le=4096)
    width: int = _setting(3, "characters that a filter sees at once", ge=1, le=15)
    max_length: int = _setting(
        20, "characters; longer forms keep their first and last half of this", ge=2, le=1000
    )


TableName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class StaticSettings(Section):
    """Vectors of another source beside the word's own, as a table that does not learn."""

    vectors: str = _setting("", "word2vec or GloVe text file (.gz, .bz2, .xz too) of dim columns")
    dim: int = _setting(64, "width of the vectors", ge=1, le=4096)
    max_vectors: int = _setting(200_000, "words taken from that file beyond the training data's", ge=0)
    lowercase: bool = _setting(True, "fold case before looking up")
    fold_digits: bool = _setting(True, "every digit is 0")


class GazetteerSettings(Section):
    """Lists of names: which tokens stand in a phrase of which list."""

    lists: dict[TableName, str] = _setting({}, "list -> file of its phrases (.txt, .csv, .tsv, .json)")
    dim: int = _setting(5, "width of each list's vector", ge=1, le=4096)
    lowercase: bool = _setting(True, "fold case before comparing")


class MemorySettings(Section):
    """What a first pass over the document made of the same form elsewhere in it, for a second pass."""

    task: str = _setting("", "task of spans whose tags are remembered; empty: off")
    dim: int = _setting(5, "width of the vector", ge=1, le=4096)
    folds: int = _setting(
        3, "parts of the training data; each is tagged by a network that learnt from the others", ge=2, le=20
    )
    rate: float = _setting(
        0.5, "share of an epoch's documents that show it; the others are as in a first pass", gt=0.0, le=1.0
    )


class FeatureSettings(Section):
    """What the network sees of a form."""

    word: WordSettings = WordSettings()
    static: dict[TableName, StaticSettings] = Field(default_factory=dict)
    caps: CapsSettings = CapsSettings()
    prefix: AffixSettings = AffixSettings(lengths=(1, 2, 3))
    suffix: AffixSettings = AffixSettings()
    shape: ShapeSettings = ShapeSettings()
    characters: CharacterSettings = CharacterSettings()
    gazetteers: GazetteerSettings = GazetteerSettings()
    memory: MemorySettings = MemorySettings()


Units = Annotated[int, Field(ge=1, le=65_536)]


class NetworkSettings(Section):
    """The shared layers."""

    window: int = _setting(5, "words seen at once, an odd number", ge=1, le=31)
    hidden: tuple[Units, ...] = _setting((300,), "units of each hidden layer", min_length=1)
    activation: Activation = _setting("relu", "what a hidden unit does to its sum")
    leak: float = _setting(0.01, "slope of leaky_relu below zero", ge=0.0, lt=1.0)
    pieces: int = _setting(2, "sums that a maxout unit takes the largest of", ge=2, le=16)
    batch_norm: bool = _setting(False, "normalise each hidden layer's sums over the batch")
    initialiser: Initialiser = _setting("glorot", "how weight matrices start")
    input_dropout: float = _setting(0.2, "share of a form's vector dropped while training", ge=0.0, lt=1.0)
    dropout: float = _setting(0.5, "share of each hidden layer dropped while training", ge=0.0, lt=1.0)

    @field_validator("window")
    @classmethod
    def _odd(cls, window: int) -> int:
        if window % 2 == 0:
            raise PydanticCustomError("odd", "an odd number of words, so that one stands in the centre")
        return window


class TaskSettings(Section):
    """One head."""

    column: str = _setting("", "tag column; by default the task's name")
    scheme: Scheme = _setting(
        "auto", "scheme that the head predicts; auto: IOBES for spans, none for plain tags"
    )
    objective: Objective = _setting(
        "word",
        "word: each word alone; sentence: whole sentences with transitions; or another loss of each word",
    )
    margin: float = _setting(
        1.0,
        "score by which the gold tag should lead the best other one (tags-margin), a true window a corrupted one "
        "(margin)",
        gt=0.0,
    )
    label: str = _setting(
        "", "label, or type of span, of the centre of a true window (margin); empty: any but O"
    )
    corruptions: int = _setting(1, "corrupted windows drawn for each true one (margin)", ge=1, le=1000)
    weight: float = _setting(1.0, "factor of the task's loss in the sum", gt=0.0)
    data: DataSettings | None = _setting(None, "the task's own corpus, if not the shared one")


class OptimizerSettings(Section):
    """How gradients become steps."""

    name: OptimizerName = _setting("adam", "rule of the step")
    rate: float = _setting(0.003, "learning rate", gt=0.0)
    momentum: float = _setting(0.9, "share of the last step kept (momentum, nesterov)", ge=0.0, lt=1.0)
    decay: float = _setting(0.9, "decay a step of the mean squared gradient (rmsprop)", ge=0.0, lt=1.0)
    beta1: float = _setting(0.9, "decay a step of the mean gradient (adam)", ge=0.0, lt=1.0)
    beta2: float = _setting(0.999, "decay a step of the mean squared gradient (adam)", ge=0.0, lt=1.0)
    epsilon: float = _setting(1e-8, "added to the root of the squares (adagrad, rmsprop, adam)", gt=0.0)
    fan_in_scaling: bool = _setting(False, "each layer's rate divided by its fan-in (Collobert et al. 2011)")
    sparse_rows: int = _setting(
        200_000,
        "lookup tables of at least so many rows move only the rows of the batch (sgd, adagrad, adam); 0: none",
        ge=0,
    )
    l2: float = _setting(0.0, "lambda of lambda/2 * sum of squared weights, biases left out", ge=0.0)
    l1: float = _setting(0.0, "lambda of lambda * sum of absolute weights, biases left out", ge=0.0)
    penalize_lookups: bool = _setting(False, "l1 and l2 on lookup tables too")
    max_norm: float = _setting(0.0, "largest norm of the weights into a hidden unit; 0: no limit", ge=0.0)
    clip: float = _setting(0.0, "largest norm of the whole gradient; 0: no limit", ge=0.0)


class ScheduleSettings(Section):
    """How the learning rate changes with the epochs."""

    name: ScheduleName = _setting("linear", "rule of the rate")
    warm_up: float = _setting(0.0, "epochs in which the rate grows from 0 to its full size", ge=0.0)
    final: float = _setting(0.05, "last rate as a share of the first (linear)", ge=0.0, le=1.0)
    every: int = _setting(5, "epochs at each rate (step)", ge=1)
    factor: float = _setting(0.5, "of the rate before (step, plateau)", gt=0.0, lt=1.0)
    k: float = _setting(0.1, "rate * exp(-k * epochs) (exponential)", ge=0.0)
    tau: float = _setting(5.0, "rate * tau / max(epochs, tau) (inverse)", gt=0.0)
    wait: int = _setting(2, "epochs without a better score before the rate falls (plateau)", ge=1)


class AugmentationSettings(Section):
    """Changes to the training sentences, drawn anew each epoch."""

    lowercase_rate: float = _setting(0.0, "share of sentences in lower case", ge=0.0, le=1.0)
    uppercase_rate: float = _setting(0.0, "share of sentences in upper case", ge=0.0, le=1.0)
    titlecase_rate: float = _setting(
        0.0, "share of sentences with a capital at the start of every word", ge=0.0, le=1.0
    )
    typo_rate: float = _setting(
        0.0, "share of words of four letters or more with a typo in them", ge=0.0, le=1.0
    )
    rare_rate: float = _setting(0.0, "share of rare tokens whose word is hidden", ge=0.0, le=1.0)
    rare_count: int = _setting(1, "training tokens of a word that counts as rare, at most", ge=1)
    swap_rate: float = _setting(
        0.0, "share of mentions replaced by another one of their type", ge=0.0, le=1.0
    )


class TrainingSettings(Section):
    """The loop."""

    epochs: int = _setting(12, "times through the training data, at most", ge=1)
    batch_words: int = _setting(1000, "words a batch; a longer sentence is a batch of its own", ge=1)
    patience: int = _setting(5, "epochs without a better score before stopping; 0: never stop early", ge=0)
    score: str = _setting(
        "mean", 'score that decides: "mean" of the tasks\' F1 or accuracy, or one such as "ner.f1"'
    )
    averaging: float = _setting(
        0.999, "decay a step of the moving average of weights; 0: off", ge=0.0, lt=1.0
    )
    calibrate: bool = _setting(
        True, "fit the temperatures of the tasks' probabilities on the development data, at the end"
    )
    watched_words: int = _setting(
        10_000,
        "training words, always the same, that each epoch scores beside the development data; 0: none",
        ge=0,
    )
    seed: int = _setting(1, "start of every random choice", ge=0)
    threads: int = _setting(
        1,
        "cores of a machine to use, shared by its processes; a second one brings about a fifth more speed",
        ge=1,
    )
    bfloat16: bool = _setting(
        False,
        "products with 16 bits while training, of the first layer or on a GPU of all: faster where it has them",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = _setting("cpu", "where the network is trained")


class PretrainingSettings(Section):
    """Learning from raw text: windows of it told from the same windows with another word in the centre."""

    text: tuple[str, ...] = _setting((), 'text files (.gz, .bz2, .xz too), folders, "-", or one data set')
    column: str = _setting("", "text column, where the text is a data set (hub name or local folder)")
    split: str = _setting("train", "split of the data set")
    config: str = _setting("", "configuration of the data set, where the hub has several")
    streaming: bool = _setting(
        True, "read the data set as it comes; false: from a copy in the cache of `datasets`"
    )
    line_breaks: Literal["auto", "paragraph", "wrapped", "sentence"] = _setting(
        "auto", "what a line end means: end of a paragraph, white space, end of a sentence"
    )
    on_error: Literal["stop", "skip"] = _setting("stop", "lines that are no text; skip: count them")
    start: str = _setting("", "model whose word vectors and layers to start from; its words keep their rows")
    max_words: int = _setting(100_000, "rows of the word table, the most frequent words first", ge=1)
    min_count: int = _setting(5, "tokens that a word needs for a row of its own", ge=1)
    vocabulary: str = _setting(
        "", "file of words, one a line (with a count behind a tab, if known), in place of counting them"
    )
    margin: float = _setting(1.0, "score by which a true window should lead a corrupted one", gt=0.0)
    corruptions: int = _setting(8, "corrupted windows of each true one", ge=1, le=1000)
    corruption_power: float = _setting(
        0.5, "words are drawn in proportion to count ** this; 0: each alike", ge=0.0, le=1.0
    )
    subsample: float = _setting(
        1e-4, "share of the text above which a word is the centre less often; 0: always", ge=0.0, le=1.0
    )
    epochs: int = _setting(
        0, "times through the text, at most; 0: once, with a time budget as often as the time allows", ge=0
    )
    time_budget: float = _setting(0.0, "minutes of training, earlier runs included; 0: no limit", ge=0.0)
    batch_windows: int = _setting(2048, "windows a step", ge=1)
    round_words: int = _setting(2_000_000, "words of text from one score and checkpoint to the next", ge=1000)
    held_out_words: int = _setting(20_000, "words of text kept apart to be scored", ge=0)
    half_precision: bool = _setting(True, "save weights with 16 bits; training and tagging use 32")


def _layer_name(name: str) -> str:
    group, dot, single = name.partition(".")
    if group not in ("lookup", "trunk", "heads") or "." in single or (dot and not single):
        raise PydanticCustomError(
            "layer", "a layer: lookup, lookup.NAME, trunk, trunk.N, heads or heads.NAME"
        )
    return name


LayerName = Annotated[str, AfterValidator(_layer_name)]


def _flat(values: Any) -> Any:
    """{"lookup": {"word": 1}} as {"lookup.word": 1}: what TOML makes of a layer's name without quotes."""
    if not isinstance(values, dict):
        return values
    flat: dict[Any, Any] = {}
    for name, value in values.items():
        inner = value if isinstance(value, dict) else None
        flat |= {f"{name}.{key}": number for key, number in inner.items()} if inner else {name: value}
    return flat


Epochs = Annotated[int, Field(ge=0)]
Factor = Annotated[float, Field(gt=0.0)]


class TransferSettings(Section):
    """Layers taken from another model, and which layers learn how fast.

    A layer is named as in the saved weights: "lookup" (all tables), "lookup.word", "trunk", "trunk.0", "heads",
    "heads.ner".
    """

    model: str = _setting("", "folder of the model to take layers from")
    layers: tuple[LayerName, ...] = _setting(("lookup", "trunk"), "layers to take")
    max_words: int = _setting(200_000, "words of that model taken beyond the training data's", ge=0)
    freeze: tuple[LayerName, ...] = _setting((), "layers that do not learn")
    thaw: dict[LayerName, Epochs] = _setting(
        {}, "layer -> finished epochs after which it learns; frozen before"
    )
    rates: dict[LayerName, Factor] = _setting({}, "layer -> factor of its learning rate")

    _flat_layers = field_validator("thaw", "rates", mode="before")(_flat)


class RehearsalSettings(Section):
    """Old data mixed in, and what the starting model says about the data, so that old skills stay."""

    data: DataSettings | None = _setting(None, "corpus of the old tasks")
    share: float = _setting(0.3, "share of each epoch's words that comes from it", gt=0.0, lt=1.0)
    distillation: float = _setting(
        0.0, "weight of the cross entropy with the starting model's own probabilities (old tasks)", ge=0.0
    )


TaskName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")]


class Settings(Section):
    """All settings of one training run."""

    data: DataSettings = DataSettings()
    features: FeatureSettings = FeatureSettings()
    network: NetworkSettings = NetworkSettings()
    tasks: dict[TaskName, TaskSettings] = Field(default_factory=dict)
    optimizer: OptimizerSettings = OptimizerSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    augmentation: AugmentationSettings = AugmentationSettings()
    training: TrainingSettings = TrainingSettings()
    pretraining: PretrainingSettings = PretrainingSettings()
    transfer: TransferSettings = TransferSettings()
    rehearsal: RehearsalSettings = RehearsalSettings()
