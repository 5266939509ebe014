"""The splits of one corpus: dev taken from train, the same columns in all of them, spans in the asked scheme."""

import random
from collections.abc import Mapping, Sequence

from tagger.errors import DataError, SettingsError
from tagger.text.corpus import Corpus
from tagger.text.schemes import IOB2, NONE, convert, count_spans
from tagger.text.sentences import Sentence


def split_off_dev(
    train: Sequence[Sentence], *, last: int = 0, random_part: float = 0.0, seed: int = 1
) -> tuple[list[Sentence], list[Sentence]]:
    """Train without, and with only, the sentences that become dev, each in its old order.

    last: this many from the end. random_part: this share (below 1), or this many, drawn with `seed`.
    """
    asked = last or random_part
    count = round(len(train) * asked) if 0 < asked < 1 else int(asked)
    if not 0 < count < len(train):
        expected = f"fewer sentences than train has ({len(train):,}), and at least one"
        raise SettingsError("dev", expected, f"{count:,}")
    places = range(len(train) - count, len(train))
    chosen = set(places if last else random.Random(seed).sample(range(len(train)), count))
    kept = [sentence for i, sentence in enumerate(train) if i not in chosen]
    return kept, [train[i] for i in sorted(chosen)]


def same_columns(
    corpora: Mapping[str, Corpus], splits: Mapping[str, list[Sentence]], notes: list[str], scheme: str
) -> dict[str, str]:
    """The columns of the first split -> scheme to write; the other splits need them all and lose any others."""
    first, *others = corpora
    kinds = corpora[first].schemes
    if not kinds:
        raise DataError(next(iter(corpora[first].found)), None, "at least one tag column", "none")
    for split in others:
        here, path = corpora[split].schemes, next(iter(corpora[split].found))
        for column in kinds:
            if column not in here:
                hint = "Name the columns to take with --columns."
                raise DataError(
                    path, None, f"the column {column} as in {first}", ", ".join(here) or "none", hint
                )
            if kinds[column] != here[column]:
                found = "plain tags" if here[column] == NONE else "tags of spans"
                hint = f"State the scheme with --input-scheme {column}=SCHEME."
                raise DataError(path, None, f"a column {column} as in {first} ({kinds[column]})", found, hint)
        notes.extend(
            f"{split}: {column} is left out ({first} lacks it)" for column in here if column not in kinds
        )
    for sentences in splits.values():
        for sentence in sentences:
            sentence.tags = {column: sentence.tags[column] for column in kinds}
    return {column: NONE if kind == NONE else scheme for column, kind in kinds.items()}


def write_scheme(sentences: list[Sentence], schemes: Mapping[str, str]) -> None:
    """Write span columns, which are IOB2, in their new scheme. Every entity must still be there."""
    for column, scheme in schemes.items():
        if scheme in (NONE, IOB2):
            continue
        before = count_spans(sentence.tags[column] for sentence in sentences)
        for sentence in sentences:
            sentence.tags[column] = convert(sentence.tags[column], IOB2, scheme)
        if count_spans(sentence.tags[column] for sentence in sentences) != before:
            raise RuntimeError(f"the entities of {column} changed on the way from IOB2 to {scheme}")
