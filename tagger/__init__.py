"""tagger: a small window network that tags words, fast on a CPU (Collobert et al. 2011).

import tagger
nlp = tagger.load("models/sample")
for sentence in nlp.tag("Ada lives in Paris."):
    print(sentence.tokens, sentence.tags, sentence.spans("ner"))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tagger.inference.tagger import Tagger, load
    from tagger.recipes.tag_tables import TableTagger

__version__ = "0.1.0"
__all__ = ["TableTagger", "Tagger", "__version__", "load"]


def __getattr__(name: str) -> Any:
    """The public names, imported when first asked for: `import tagger` itself loads nothing."""
    if name in ("Tagger", "load"):
        return getattr(import_module("tagger.inference.tagger"), name)
    if name == "TableTagger":
        return import_module("tagger.recipes.tag_tables").TableTagger
    raise AttributeError(f"module 'tagger' has no attribute {name!r}")
