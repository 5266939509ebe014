"""Files of tags beside gold sentences: what is read, and the first token that differs, by file and line."""

import json
from pathlib import Path

import pytest

from tagger.config import DataSettings
from tagger.errors import DataError, SettingsError
from tagger.recipes.gold import Gold
from tagger.recipes.tags_of_files import TagFile, read_tags
from tagger.text.sentences import Sentence

GOLD = Gold(
    "gold.conll",
    [
        Sentence(["Ada", "lives", "in"], path="gold.conll", lines=[1, 2, 3]),
        Sentence(["South", "Oslo"], path="gold.conll", lines=[5, 6]),
    ],
    {"pos": "none", "ner": "IOB2"},
)
COLUMNS = ("word", "pos", "ner")


def read(folder: Path, text: str, name: str = "tags.conll", columns: tuple[str, ...] = COLUMNS) -> TagFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_tags(str(path), DataSettings(broken_tags="repair"), GOLD, columns=columns)


def test_columns_of_the_same_sentences(tmp_path: Path) -> None:
    text = "Ada N I-PER\nlives V O\nin P O\n\nSouth N I-LOC\nOslo N I-LOC\n"
    found = read(tmp_path, text)
    assert found.columns == {
        "pos": [["N", "V", "P"], ["N", "N"]],
        "ner": [["B-PER", "O", "O"], ["B-LOC", "I-LOC"]],
    }
    assert found.schemes == {"pos": "none", "ner": "IOB2"}
    assert found.notes == [f"{tmp_path}/tags.conll: ner is IOB1 (2 entities)"]


def test_the_columns_of_the_data_are_those_of_a_column_file(tmp_path: Path) -> None:
    path = tmp_path / "tags.conll"
    path.write_text("Ada x O\nlives x O\nin x O\n\nSouth x B-LOC\nOslo x O\n", encoding="utf-8")
    found = read_tags(str(path), DataSettings(columns=("word", "-", "ner")), GOLD)
    assert found.columns == {"ner": [["O", "O", "O"], ["B-LOC", "O"]]}


def test_sentences_that_end_elsewhere_are_cut_as_the_gold_ones(tmp_path: Path) -> None:
    found = read(tmp_path, "Ada N O\n\nlives V O\nin P B-LOC\nSouth N I-LOC\nOslo N I-LOC\n")
    assert found.columns["ner"] == [["O", "O", "B-LOC"], ["I-LOC", "I-LOC"]]
    assert found.notes[-1] == f"{tmp_path}/tags.conll: its 2 sentences are cut as those of gold.conll"


def test_json_lines_and_the_words_of_column_files_in_one_list_of_names(tmp_path: Path) -> None:
    rows = [
        {"tokens": ["Ada", "lives", "in"], "tags": {"ner": ["S-PER", "O", "O"], "x": ["a", "b", "c"]}},
        {"tokens": ["South", "Oslo"], "tags": {"ner": ["B-LOC", "E-LOC"], "x": ["a", "b"]}},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    found = read(tmp_path, text, "tags.jsonl", columns=("word", "-", "ner"))
    assert found.columns == {"ner": [["B-PER", "O", "O"], ["B-LOC", "I-LOC"]]}


def test_tags_that_break_their_scheme_are_repaired_or_refused_as_the_settings_say(tmp_path: Path) -> None:
    found = read(tmp_path, "Ada N B-PER\nlives V B-LOC\nin P O\n\nSouth N I-LOC\nOslo N I-LOC\n")
    assert found.columns["ner"] == [["B-PER", "B-LOC", "O"], ["B-LOC", "I-LOC"]]
    assert found.notes[0].endswith("ner is IOB2 (3 entities, 1 broken tag repaired)")
    with pytest.raises(
        DataError, match=r"tags\.conll:5: expected B-LOC in ner .IOB2., found I-LOC at the start"
    ):
        read_tags(str(tmp_path / "tags.conll"), DataSettings(), GOLD, columns=COLUMNS)


def test_a_column_of_plain_tags_stays_plain_whatever_its_tags_look_like(tmp_path: Path) -> None:
    found = read(tmp_path, "Ada I-A O\nlives I-A O\nin B-B O\n\nSouth O O\nOslo O O\n")
    assert found.schemes["pos"] == "none"
    assert found.columns["pos"] == [["I-A", "I-A", "B-B"], ["O", "O"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Ada N O\nlives V O\nin P O\n\nNorth N O\nOslo N O\n",
            ":5: expected the token 'South' as at gold.conll:5, found 'North'.",
        ),
        (
            "Ada N O\nlives V O\n\nSouth N O\nOslo N O\n",
            ":4: expected the token 'in' as at gold.conll:3, found 'South'.",
        ),
        (
            "Ada N O\nlives V O\nin P O\n\nSouth N O\n",
            ":5: expected the token 'Oslo' as at gold.conll:6, found the end of the file.",
        ),
        (
            "Ada N O\nlives V O\nin P O\n\nSouth N O\nOslo N O\n. P O\n",
            ":7: expected the end of gold.conll, found '.'.",
        ),
    ],
)
def test_the_first_token_that_differs(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path, text)
    hint = "A file of tags needs the tokens of the data, all of them in their order."
    assert str(error.value) == f"{tmp_path}/tags.conll{message} {hint}"


def test_gold_data_without_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "tags.conll"
    path.write_text("Adam N O\n", encoding="utf-8")
    gold = Gold("prepared/dev", [Sentence(["Ada"], path="prepared, dev")], {"ner": "IOB2"})
    with pytest.raises(
        DataError, match="the token 'Ada' as at token 1 of a sentence of prepared/dev, found 'Adam'"
    ):
        read_tags(str(path), DataSettings(), gold)


def test_another_number_of_columns_says_which_option_names_them(tmp_path: Path) -> None:
    path = tmp_path / "tags.conll"
    path.write_text("Ada O\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_tags(str(path), DataSettings(columns=COLUMNS), GOLD)
    assert str(error.value) == (
        f"{path}:1: expected 3 columns (word, pos, ner), found 2. Is a space missing? "
        "--tag-columns names the columns of files of tags."
    )


def test_tag_columns_of_the_wrong_length_are_named(tmp_path: Path) -> None:
    path = tmp_path / "tags.conll"
    path.write_text("Ada N O\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_tags(str(path), DataSettings(), GOLD, columns=("word", "pos", "ner", "x"))
    assert str(error.value) == (
        f"{path}:1: expected 4 columns (word, pos, ner, x), found 3. Is a space missing? "
        "Or does --tag-columns name another number of them?"
    )


def test_tag_columns_that_cannot_be_are_named(tmp_path: Path) -> None:
    path = tmp_path / "tags.conll"
    path.write_text("Ada N O\n", encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        read_tags(str(path), DataSettings(), GOLD, columns=("pos", "ner"))
    assert str(error.value).startswith("--tag-columns: expected different names, exactly one of them word")


def test_a_column_is_found_by_any_of_its_names() -> None:
    file = TagFile("x", {"upos": [], "misc.Ner": []}, {}, [])
    assert file.column_of("entity", "ner") == "misc.Ner"
    assert file.column_of("upos") == "upos"
    assert file.column_of("xpos") is None
