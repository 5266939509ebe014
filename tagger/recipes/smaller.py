"""A trained model to a smaller one for passing on: fewer words, half precision, nothing that only training needs."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from tagger.inference.model_archive import FILES, NEEDED
from tagger.saved import AMBIGUOUS, FORMS, GAZETTEERS, read_model, write_model
from tagger.text.vocabulary import RESERVED, Vocabulary
from tagger.whole_files import written_whole

TABLE = "lookup.word.weight"


def write_smaller(
    model: Path,
    output: Path,
    *,
    words: int,
    private: Callable[[str], bool] = lambda form: False,
    force: bool = False,
) -> None:
    """Write the model in the folder `model` to `output` with at most `words` words and 16 bits a number.

    The words of the training data come first in a table, the most frequent ones first; then those of the model that
    its vectors came from, likewise. Those from `words` on get the row of unknown words, and so do those that are
    `private`, such as addresses; none of these stands in a file of the new model. Raises ModelError, OutputExistsError.
    """
    whole = read_model(model)
    known = whole.features.vocabularies["word"]
    public = [row for row, item in enumerate(known.items, RESERVED) if not private(item)]
    rows = [*range(RESERVED), *public[:words]]
    kept = Vocabulary(known.items[row - RESERVED] for row in rows[RESERVED:])
    small = replace(
        whole,
        features=whole.features.with_vocabularies({"word": kept}),
        weights={**whole.weights, TABLE: np.take(whole.weights[TABLE], rows, axis=0)},
        half_precision=True,
        extra_files={
            name: _without((model / name).read_text(encoding="utf-8"), name, private)
            for name in FILES
            if name not in (*NEEDED, GAZETTEERS) and (model / name).is_file()
        },
    )
    with written_whole(output, force=force) as folder:
        write_model(folder, small)


def _without(text: str, file: str, private: Callable[[str], bool]) -> str:
    """The content of a file of forms without those that are private, and of any other file as it is."""
    if file == FORMS:
        return json.dumps([form for form in json.loads(text) if not private(form)], ensure_ascii=False) + "\n"
    if file == AMBIGUOUS:
        lists: dict[str, list[str]] = json.loads(text)
        public = {task: [form for form in forms if not private(form)] for task, forms in lists.items()}
        return json.dumps(public, ensure_ascii=False) + "\n"
    return text
