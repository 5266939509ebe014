import os

import pytest

from tagger.errors import DataError
from tagger.reading.inputs import find_inputs, format_of


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
    assert len(found("news")) == 3
    assert find_inputs(["news"]).linked_folders == 1


def test_what_is_no_file_is_named_and_left_out(tree):
    os.mkfifo(tree / "news" / "pipe")
    (tree / "news" / "gone").symlink_to("nowhere")
    (tree / "news" / "deep" / "self").symlink_to("self")
    expected = [
        "news/gone: expected a file, found a link to nothing.",
        "news/pipe: expected a regular file, found a named pipe.",
        "news/deep/self: expected a file, found a link that leads back to itself.",
    ]
    inputs = find_inputs(["news"])
    assert [str(error) for error in inputs.bad] == expected
    assert len(inputs) == 3
    assert [str(error) for error in find_inputs(["n*/[gps]*"]).bad] == expected[:2]


def test_a_pipe_that_is_named_is_an_input_of_unknown_size(tree):
    os.mkfifo(tree / "pipe")
    inputs = find_inputs(["pipe", "e.txt"])
    assert [file.path for file in inputs] == ["pipe", "e.txt"]
    assert (inputs.bad, inputs.has_streams, inputs.size) == ([], True, len("Ada."))


def test_sizes_and_true_names_of_all_files_are_known(tree):
    (tree / "news" / "link.txt").symlink_to(tree / "e.txt")
    inputs = find_inputs(["news", "e.txt"])
    assert (len(inputs), inputs.size) == (5, 5 * len("Ada."))
    names = ("a.txt", "b.txt", "link.txt", "deep/c.txt.gz")
    assert inputs.resolved() == {f"{tree}/news/{name}" for name in names} | {f"{tree}/e.txt"}


@pytest.mark.parametrize(
    ("path", "chosen", "result"),
    [
        ("a/b.JSONL.gz", "auto", "jsonl"),
        ("b.conllu", "auto", "conllu"),
        ("b.parquet", "auto", "parquet"),
        ("b.conll", "auto", "text"),
        ("-", "auto", "text"),
        ("b.jsonl", "text", "text"),
    ],
)
def test_the_format_is_the_chosen_one_or_what_the_suffix_says(path, chosen, result):
    assert format_of(path, chosen) == result


def test_the_output_folder_inside_an_input_folder_is_left_out(tree):
    assert found("news", without=tree / "news" / "deep") == [
        ("news/a.txt", "a.txt"),
        ("news/b.txt", "b.txt"),
    ]


@pytest.mark.parametrize("pattern", ["news/*", "news/**", "news/**/*.*", "*", "**/[a-c].txt*"])
def test_the_output_folder_that_a_pattern_fits_is_left_out(tree, pattern):
    paths = [path for path, _ in found(pattern, without=tree / "news" / "deep")]
    assert [path for path in paths if path != "e.txt"] == ["news/a.txt", "news/b.txt"]


@pytest.mark.parametrize("folder", ["", "news", "news/deep"])
def test_an_output_folder_that_is_not_below_the_pattern_leaves_nothing_out(tree, folder):
    assert len(found("news/deep/*", without=tree / folder)) == 1


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


def test_the_folder_of_a_model_is_no_text(tree):
    for name in ("model.json", "weights.safetensors"):
        (tree / "news" / name).write_text("{}")
    with pytest.raises(DataError) as error:
        find_inputs(["news"])
    assert str(error.value) == (
        "news: expected text to tag, found the folder of a model. Models are named with --model (-m)."
    )
