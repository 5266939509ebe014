import colorsys
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.writing.html_output import html_head, html_tail, render_html
from tagger.writing.html_style import span_classes, style
from tagger.writing.layout import build_layout
from tests.writing.tagged_examples import WORDS, documents, example, full_layout, layout, tagged

VOID = {"meta", "hr"}


class Page(HTMLParser):
    """Oracle: Python's own parser; every element is closed, and nothing but the known elements is there."""

    def __init__(self, content):
        super().__init__()
        self.open = []
        self.seen = set()
        self.text = ""  # of the paragraphs, without labels and tags under words; "\\n\\n" between them
        self.labels = []  # (element, label) of spans in the paragraphs
        self.notes = []  # (word, tags under it)
        self.attributes = []
        self._word = ""
        self.feed(content)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "ruby":
            self._word = ""

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "p":
            self.text += "\n\n"

    def handle_data(self, data):
        if "p" not in self.open:
            return
        if self.open[-1] == "small":
            self.labels.append((self.open[-2], data))
        elif self.open[-1] == "rt":
            self.notes.append((self._word, data))
        else:
            self._word = data
            self.text += data


def page(words, sentences, own, *, pieces=1, title="a.txt"):
    """The page, parsed, its sentences rendered in so many pieces."""
    size = max(1, -(-len(words) // pieces))
    parts = [
        render_html(words[i : i + size], sentences[i : i + size], own) for i in range(0, len(words), size)
    ]
    content = (html_head(title, own) + b"".join(parts) + html_tail(own)).decode()
    assert content.startswith("<!DOCTYPE html>\n")
    return Page(content)


def test_a_sentence_has_its_spans_with_labels_and_tags_under_its_words() -> None:
    own = layout(["pos", "ner"])
    assert render_html([WORDS], [example(["pos", "ner"])], own).decode() == (
        '<mark class="k0"><ruby>Ada<rt>NNP</rt></ruby>  <ruby>Lovelace<rt>NNP</rt></ruby><small>PER</small></mark>'
        " <ruby>lives<rt>VBZ</rt></ruby> <ruby>in<rt>IN</rt></ruby> "
        '<mark class="k1"><ruby>Paris<rt>NNP</rt></ruby><small>LOC</small></mark><ruby>.<rt>.</rt></ruby>\n'
    )


def test_a_span_of_a_further_task_goes_on_behind_the_edge_of_one_that_crosses_it() -> None:
    words = Words(["a", "b", "c"], [0, 2, 4], [1, 3, 5], "a b c", gap="")
    sentence = tagged(words, {"ner": ["O", "B-PER", "E-PER"], "chunk": ["B-NP", "E-NP", "S-VP"]})
    own = layout(["ner", "chunk"])
    np, vp, per = (span_classes(own)[key] for key in (("chunk", "NP"), ("chunk", "VP"), ("ner", "PER")))
    assert render_html([words], [sentence], own).decode() == (
        f'<u class="{np}">a</u> <mark class="{per}"><u class="{np}">b<small>NP</small></u> '
        f'<u class="{vp}">c<small>VP</small></u><small>PER</small></mark>'
    )


def test_probabilities_are_in_titles_if_asked_for() -> None:
    sentence = example(["pos", "ner"], probabilities=True)
    asked = render_html([WORDS], [sentence], layout(["pos", "ner"], probabilities=True)).decode()
    assert asked.startswith('<mark class="k0" title="PER 0.70"><ruby title="0.74">Ada<rt>NNP</rt></ruby>')
    assert "title" not in render_html([WORDS], [sentence], layout(["pos", "ner"])).decode()


def test_nothing_stands_under_an_untagged_word() -> None:
    words = Words(["a", "b"], [0, 2], [1, 3], "a b", gap="")
    assert (
        render_html([words], [tagged(words, {"pos": ["", "X"]})], layout(["pos"]))
        == b"a <ruby>b<rt>X</rt></ruby>"
    )


@pytest.mark.parametrize(
    ("gap", "written"),
    [
        (" ", " "),
        ("\n", "\n"),
        ("\r\n", "\n"),
        ("\n\n", '</p>\n<p dir="auto">'),
        ("\r\n\r\n  ", '</p>\n<p dir="auto">  '),
        (" \n \t\n\n", ' </p>\n<p dir="auto">\n'),
    ],
)
def test_white_space_between_sentences_stays_and_an_empty_line_ends_a_paragraph(gap, written) -> None:
    words = Words([], gap=gap)
    assert render_html([words], [tagged(words, {"ner": []})], layout(["ner"])).decode() == written


def test_documents_and_records_begin_paragraphs_and_sentences_of_tokens_lines() -> None:
    tokens = Words(["a"], rows=["a"], before=["-DOCSTART- -X-", "# id = 1"])
    records = [Words(["b"], [0], [1], "b", record={"text": "b"}, gap="") for _ in range(2)]
    words = [tokens, Words(["c"]), *records]
    content = render_html(words, [tagged(w, {"ner": ["O"]}) for w in words], layout(["ner"])).decode()
    begin = '</p>\n<p dir="auto">'
    assert content == f'</p>\n<hr>\n<p dir="auto">a\nc\n{begin}b{begin}b'


def test_a_title_and_labels_are_escaped() -> None:
    own = build_layout(["<t>"], {"<t>": "IOB2"}, {"<t>": ['B-<&">', "O"]})
    words = Words(["x"], [0], [1], "x", gap="")
    sentence = TaggedSentence(["x"], {"<t>": ['B-<&">']}, {"<t>": "IOB2"}, starts=[0], ends=[1], text="x")
    found = page([words], [sentence], own, title="</title><script>")
    assert "script" not in found.seen
    assert found.labels == [("mark", '<&">')]


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    found = page([WORDS], [example(["pos", "chunk", "ner"])], layout(["pos", "chunk", "ner"]))
    assert not found.seen & {"script", "link", "img", "iframe", "object", "a"}
    assert not [
        name for _, name, _ in found.attributes if name.startswith("on") or name in ("src", "href", "style")
    ]
    assert "url(" not in style(layout(["ner"])) and "@import" not in style(layout(["ner"]))


def test_the_legend_names_every_label_of_the_model() -> None:
    head = html_head("a.txt", full_layout()).decode()
    assert re.findall(r"<dt>(.*?)</dt>", head) == ["chunk", "ner", "pos"]
    assert re.findall(r'<dd><(\w+) class="k\d+">(\w+)<', head) == [
        ("mark", "NP"),
        ("mark", "VP"),
        ("mark", "PP"),
        ("u", "PER"),
        ("u", "LOC"),
    ]


def test_a_label_has_its_class_by_its_place_in_the_list_of_the_model() -> None:
    assert span_classes(full_layout()) == {
        ("chunk", "NP"): "k0",
        ("chunk", "VP"): "k1",
        ("chunk", "PP"): "k2",
        ("ner", "PER"): "k3",
        ("ner", "LOC"): "k4",
    }


def luminance(colour):
    """Oracle: relative luminance as WCAG 2 defines it, of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_letters_can_be_told_from_what_is_behind_them_in_every_colour() -> None:
    labels = [f"{letter}-K{i}" for i in range(60) for letter in "BI"]
    sheet = style(build_layout(["t"], {"t": "IOB2"}, {"t": ["O", *labels]}))
    for mode in sheet.split("@media screen and (prefers-color-scheme: dark)"):
        root = dict(re.findall(r"--(\w+): (#\w{6});", re.search(r":root \{(.*?)\}", mode)[1]))
        assert contrast(root["ink"], root["page"]) >= 7 and contrast(root["dim"], root["page"]) >= 4.5
        rules = re.findall(r"\.k\d+ \{(.*?)\}", mode)
        assert len(rules) == 60
        for rule in rules:
            own = dict(re.findall(r"--(\w+): (#\w{6});", rule))
            assert contrast(root["ink"], own["fill"]) >= 4.5
            assert contrast(own["text"], own["fill"]) >= 4.5 and contrast(own["text"], root["page"]) >= 4.5
            assert contrast(own["line"], root["page"]) >= 2


def test_the_first_labels_have_colours_far_apart() -> None:
    labels = [f"B-K{i}" for i in range(8)]
    sheet = style(build_layout(["t"], {"t": "IOB2"}, {"t": labels}))
    lines = re.findall(r"--line: #(\w\w)(\w\w)(\w\w)", sheet)[:8]
    hues = sorted(colorsys.rgb_to_hls(*(int(part, 16) / 255 for part in line))[0] * 360 for line in lines)
    assert min(b - a for a, b in zip(hues, [*hues[1:], hues[0] + 360], strict=True)) > 20


@settings(max_examples=60)
@given(documents())
def test_any_text_stands_on_the_page_as_it_stood(document) -> None:
    _, words, sentences = document
    gaps = [re.sub(r"\n[^\S\n]*\n", "\n\n", w.gap, count=1) for w in words]  # an empty line is empty
    expected_text = "".join(gap + w.text for gap, w in zip(gaps, words, strict=True))
    for pieces in (1, 3):
        found = page(words, sentences, full_layout(), pieces=pieces)
        assert found.text.removesuffix("\n\n") == expected_text
        assert found.seen <= {
            *("html", "head", "meta", "title", "style", "body", "header", "h1", "dl", "dt", "dd", "main"),
            *("p", "mark", "u", "small", "ruby", "rt"),
        }
        expected = [("mark", s.label) for own in sentences for s in own.spans("chunk")]
        assert [label for label in found.labels if label[0] == "mark"] == expected
        assert [label for label in found.labels if label[0] == "u"] == [
            ("u", s.label) for own in sentences for s in own.spans("ner")
        ]
        assert found.notes == [
            (token, tag)
            for own in sentences
            for token, tag in zip(own.tokens, own.tags["pos"], strict=True)
            if tag
        ]
