import os

import pytest

from tagger.errors import DataError
from tagger.inference.inputs import find_inputs


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name in (
        "news/b.txt",
        "news/a.txt",
        "news/deep/c.txt.gz",
        "news/.hidden",
        "news/.git/d.txt",
        "e.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Ada.")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*names, **options):
    return [(file.path, str(file.relative)) for file in find_inputs(names, **options)]


def test_a_folder_stands_for_all_files_below_it_sorted_without_hidden_ones(tree):
    assert found("news") == [
        ("news/a.txt", "a.txt"),
        ("news/b.txt", "b.txt"),
        ("news/deep/c.txt.gz", "deep/c.txt.gz"),
    ]


def test_inputs_keep_the_order_in_which_they_are_named(tree):
    assert found("e.txt", "-", "news/a.txt") == [
        ("e.txt", "e.txt"),
        ("-", "stdin"),
        ("news/a.txt", "a.txt"),
    ]


def test_a_pattern_places_files_below_its_fixed_folders(tree):
    assert found("news/**/*.txt*") == [
        ("news/a.txt", "a.txt"),
        ("news/b.txt", "b.txt"),
        ("news/deep/c.txt.gz", "deep/c.txt.gz"),
    ]
    assert found("n*/[ab].txt") == [("news/a.txt", "news/a.txt"), ("news/b.txt", "news/b.txt")]
    assert found(f"{tree}/news/d*") == [(f"{tree}/news/deep/c.txt.gz", "deep/c.txt.gz")]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tree):
    (tree / "[ab].txt").write_text("Ada.")
    assert found("[ab].txt") == [("[ab].txt", "[ab].txt")]


def test_a_link_to_a_folder_above_is_not_walked_for_ever(tree):
    (tree / "news" / "deep" / "loop").symlink_to(tree / "news")
    os.mkfifo(tree / "news" / "pipe")
    assert len(found("news")) == 3


def test_the_output_folder_inside_an_input_folder_is_left_out(tree):
    assert found("news", without=tree / "news" / "deep") == [
        ("news/a.txt", "a.txt"),
        ("news/b.txt", "b.txt"),
    ]


def test_a_pattern_that_nothing_fits_is_an_error(tree):
    with pytest.raises(DataError) as error:
        find_inputs(["*.xml"])
    assert str(error.value) == "*.xml: expected a pattern that files fit, found none that do."


def test_a_file_that_is_not_there_is_an_error(tree):
    with pytest.raises(DataError) as error:
        find_inputs(["e.txt", "nowhere.txt"])
    assert str(error.value) == "nowhere.txt: expected a file, found none. Is the path right?"


def test_an_empty_folder_is_an_error(tree):
    (tree / "empty").mkdir()
    with pytest.raises(DataError) as error:
        find_inputs(["empty"])
    assert str(error.value) == "empty: expected a folder with files, found none in it."
