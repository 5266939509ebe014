import pytest

from tagger.writing.outputs import FORMATS
from tests.writing.tagged_examples import WORDS, example, layout

TEXT_FORMATS = [name for name in FORMATS if name != "parquet"]


def test_every_format_has_a_suffix_of_its_own() -> None:
    assert {name: form.suffix for name, form in FORMATS.items()} == {
        "columns": ".conll",
        "conllu": ".conllu",
        "jsonl": ".jsonl",
        "inline": ".txt",
        "html": ".html",
        "parquet": ".parquet",
    }


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_pieces_of_a_text_join_to_what_is_written_of_all_of_it(name) -> None:
    render, own = FORMATS[name].render, layout(["pos", "ner"])
    sentence = example(["pos", "ner"])
    assert render([WORDS, WORDS], [sentence] * 2, own) == 2 * render([WORDS], [sentence], own)


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_nothing_is_written_of_no_sentences(name) -> None:
    assert FORMATS[name].render([], [], layout(["ner"])) == b""


@pytest.mark.parametrize("name", [name for name in TEXT_FORMATS if name != "html"])
def test_only_a_page_has_a_head_and_a_tail(name) -> None:
    form, own = FORMATS[name], layout(["ner"])
    assert (form.head("title", own), form.tail(own)) == (b"", b"")
