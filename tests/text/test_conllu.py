"""CoNLL-U and IOB2 layers: what is a token, which layers, documents and ids, broken rows."""

from pathlib import Path

import pytest

from tagger.errors import DataError, SettingsError
from tagger.text.conllu import read_conllu, read_iob2, settle_layers
from tagger.text.problems import Problems

TEXT = """# global.columns = ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC
# newdoc id = d1
# sent_id = s1
# text = Vámonos al mar
1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\t_\tNumber=Plur|Person=1\t0\troot\t_\tEntity=B-X
2\tnos\tnosotros\tPRON\t_\tCase=Acc\t1\tobj\t_\t_
2.1\tgone\tgo\tVERB\t_\t_\t_\t_\t1:dep\tCopyOf=1
3\tmar\tmar\tNOUN\t_\t_\t1\tobl\t_\tSpaceAfter=No|Entity=I-X

# newpar
# sent_id = s2
1\t#\t#\tSYM\t_\t_\t0\troot\t_\t_
"""


def _write(folder: Path, text: str, name: str = "a.conllu") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_ranges_and_empty_nodes_are_no_tokens(tmp_path):
    first, second = read_conllu(_write(tmp_path, TEXT))
    assert first.tokens == ["Vamos", "nos", "mar"]
    assert first.tags == {"upos": ["VERB", "PRON", "NOUN"], "xpos": ["_", "_", "_"]}
    assert (first.id, first.document, first.lines) == ("s1", "d1", [6, 7, 9])
    assert (second.tokens, second.id, second.document) == (["#"], "s2", "d1")


def test_a_layer_of_underscores_is_left_out_unless_it_was_asked_for(tmp_path):
    path = _write(tmp_path, TEXT)
    sentences = list(read_conllu(path))
    assert settle_layers(sentences, ()) == ["xpos"]
    assert list(sentences[0].tags) == ["upos"]
    with pytest.raises(DataError) as error:
        settle_layers(list(read_conllu(path, columns=("xpos",))), ("xpos",))
    assert str(error.value) == f"{path}: expected values in the layer xpos, found none (_ on every token)."


def test_fields_and_keys_can_be_asked_for(tmp_path):
    sentences = list(
        read_conllu(_write(tmp_path, TEXT), columns=("lemma", "feats.Number", "misc.Entity", "deprel"))
    )
    settle_layers(sentences, ())
    assert sentences[0].tags == {
        "lemma": ["ir", "nosotros", "mar"],
        "feats.Number": ["Plur", "_", "_"],
        "misc.Entity": ["B-X", "O", "I-X"],  # spans: O where the key is absent
        "deprel": ["root", "obj", "obl"],
    }


@pytest.mark.parametrize("name", ["pos", "upos.X", "misc2"])
def test_unknown_layers_are_refused(tmp_path, name):
    with pytest.raises(SettingsError) as error:
        list(read_conllu(_write(tmp_path, TEXT), columns=(name,)))
    assert str(error.value) == (
        "columns: expected CoNLL-U layers (lemma, upos, xpos, feats, head, deprel, deps, misc, feats.KEY or misc.KEY), "
        f"found {name!r}."
    )


def _row(number: str, rest: str = "a\ta\tX\tY\t_\t_\t_\t_\t_") -> str:
    return f"{number}\t{rest}\n"


WRONG = [
    (
        "1 a a X Y _ _ _ _ _\n",
        "1: expected 10 columns separated by tabs, found spaces (tabs and spaces mixed).",
    ),
    ("1\ta\tX\n", "1: expected 10 columns separated by tabs, found 3. Is a tab missing?"),
    (_row("1") + _row("3"), "2: expected token id 2, found '3'."),
    (
        _row("1") + _row("1"),
        "2: expected token id 2, found '1'. Is a blank line between two sentences missing?",
    ),
    (_row("3-2") + _row("1"), "1: expected token id 1, found '3-2'."),
    (_row("1") + _row("1-2") + _row("2"), "2: expected token id 2, found '1-2'."),
    (_row("1") + _row("7.1"), "2: expected token id 2, found '7.1'."),
    (
        _row("1", "\ta\tX\tY\t_\t_\t_\t_\t_"),
        "1: expected 10 columns separated by tabs, found an empty column 2.",
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_rows_say_where_and_what(tmp_path, text, message):
    path = _write(tmp_path, text)
    with pytest.raises(DataError) as error:
        list(read_conllu(path))
    assert str(error.value) == f"{path}:{message}"


def test_skipping_drops_the_sentence_and_remembers_its_id(tmp_path):
    problems = Problems("skip")
    text = _row("1") + "\n# sent_id = bad\n" + _row("1") + _row("9") + "\n" + _row("1")
    assert len(list(read_conllu(_write(tmp_path, text), problems=problems))) == 2
    assert (problems.counts, problems.dropped, problems.dropped_ids) == ({"token ids": 1}, {1}, {"bad"})


def test_iob2_layers_may_have_ragged_rows(tmp_path):
    """As in Universal NER: rows with O may lack the annotator, and the tag B-O occurs."""
    text = "# sent_id = s\n1\tAl\tB-ORG\t-\tann\n2\t:\tO\n3\t.\tB-O\t-\tann\n4\t#\tO\t-\t-\n\n"
    (sentence,) = read_iob2(_write(tmp_path, text, "a.iob2"))
    assert sentence.tokens == ["Al", ":", ".", "#"]
    assert sentence.tags == {"ner": ["B-ORG", "O", "B-O", "O"]}
    assert (sentence.id, sentence.lines) == ("s", [2, 3, 4, 5])


@pytest.mark.parametrize(("row", "found"), [("1\ta", "2"), ("1\ta\tO\t-\tann\tmore", "6")])
def test_iob2_rows_of_another_width_are_errors(tmp_path, row, found):
    path = _write(tmp_path, row + "\n", "a.iob2")
    with pytest.raises(DataError) as error:
        list(read_iob2(path))
    assert str(error.value) == (
        f"{path}:1: expected 3 to 5 columns separated by tabs (id, word, tag, -, annotator), found {found}. "
        "Is a tab missing?"
    )


def test_a_document_without_a_name_gets_a_number(tmp_path):
    text = f"# newdoc\n{_row('1')}\n{_row('1')}\n# newdoc\n{_row('1')}"
    assert [s.document for s in read_conllu(_write(tmp_path, text))] == ["1", "1", "2"]
