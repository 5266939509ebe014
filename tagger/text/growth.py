"""The features of a model and those fitted on new data to features that know both: every old row keeps its number."""

from tagger.text.features import FormFeatures
from tagger.text.vocabulary import Vocabulary


def grow_features(old: FormFeatures, new: FormFeatures) -> FormFeatures:
    """The features of `old`, the items of each table followed by those that only the table of `new` has, in its order.

    Both have the same tables, whose items are spelled alike.
    """
    grown = {name: grow(known, new.vocabularies[name]) for name, known in old.vocabularies.items()}
    return old.with_vocabularies(grown)


def grow(old: Vocabulary, new: Vocabulary) -> Vocabulary:
    """The items of `old`, then those that only `new` has."""
    return Vocabulary([*old.items, *(item for item in new.items if item not in old)])
