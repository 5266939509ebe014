"""Numbers of things in words."""

import pytest

from tagger.text.plurals import counted


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 tags"), (1, "1 tag"), (2, "2 tags"), (12345, "12,345 tags")]
)
def test_one_is_singular(number: int, text: str) -> None:
    assert counted(number, "tag") == text


def test_a_plural_of_its_own() -> None:
    assert (counted(1, "entity", "entities"), counted(3, "entity", "entities")) == ("1 entity", "3 entities")
