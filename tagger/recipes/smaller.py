"""A trained model to a smaller one for passing on: fewer words, half precision, nothing that only training needs."""

from dataclasses import replace
from pathlib import Path

from tagger.inference.model_archive import FILES, NEEDED
from tagger.saved import GAZETTEERS, read_model, write_model
from tagger.text.vocabulary import Vocabulary
from tagger.whole_files import written_whole

TABLE = "lookup.word.weight"


def write_smaller(model: Path, output: Path, *, words: int, force: bool = False) -> None:
    """Write the model in the folder `model` to `output` with at most `words` words and 16 bits a number.

    The words of the training data come first in a table, the most frequent ones first; then those of the model that
    its vectors came from, likewise. Those from `words` on get the row of unknown words. Raises ModelError,
    OutputExistsError.
    """
    whole = read_model(model)
    known = whole.features.vocabularies["word"]
    kept = Vocabulary(known.items[:words])
    weights = {**whole.weights, TABLE: whole.weights[TABLE][: len(kept)]}
    small = replace(
        whole,
        features=whole.features.with_vocabularies({"word": kept}),
        weights=weights,
        half_precision=True,
        extra_files={
            name: (model / name).read_text(encoding="utf-8")
            for name in FILES
            if name not in (*NEEDED, GAZETTEERS) and (model / name).is_file()
        },
    )
    with written_whole(output, force=force) as folder:
        write_model(folder, small)
