"""Where the model stands that comes with the program."""

from pathlib import Path

from tagger.errors import ModelError
from tagger.saved import DESCRIPTION

USUAL_MODEL = Path("models/en")
_PACKAGE = Path(__file__).resolve().parents[1]


def default_model() -> Path:
    """`models/en` in the current folder, beside the program, or inside the installed package: the first that is there.

    Raises ModelError where none is.
    """
    for place in (USUAL_MODEL, _PACKAGE.parent / USUAL_MODEL, _PACKAGE / USUAL_MODEL):
        if (place / DESCRIPTION).is_file():
            return place
    raise ModelError(
        f"expected a model, found none named and no {USUAL_MODEL}",
        hint="Name the folder of a model; `tagger train` writes one.",
    )
