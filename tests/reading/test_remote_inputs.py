"""URLs stand for the files that the same paths stand for."""

import pytest

from tagger.errors import DataError
from tagger.reading.inputs import find_inputs

FILES = ("a.txt", "b.jsonl", "deep/c.txt", "deep/er/d.txt", ".hidden/e.txt", "deep/.f.txt")


@pytest.fixture
def root(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Ada")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["", "/", "/deep", "/*.txt", "/**/*.txt", "/d*/*.txt", "/deep/c.txt", "/[ab].*", "/deep/?.txt"]
)
def test_a_url_stands_for_what_its_path_stands_for(root, name):
    by_path = list(find_inputs([f"{root}{name}"]))
    by_url = find_inputs([f"file://{root}{name}"])
    assert {(file.path, file.relative) for file in by_url} == {
        (f"file://{file.path}", file.relative) for file in by_path
    }
    assert len(by_url) == len(by_path) > 0
    assert by_url.size == 3 * len(by_url)
    assert not by_url.has_streams


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.txt", "expected a file, found none. Is the path right?"),
        ("*.csv", "expected a pattern that files fit, found none that do."),
    ],
)
def test_a_url_that_stands_for_nothing_is_an_error(root, name, message):
    with pytest.raises(DataError) as caught:
        find_inputs([f"file://{root}/{name}"])
    assert str(caught.value) == f"file://{root}/{name}: {message}"
