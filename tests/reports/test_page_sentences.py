"""How wrong sentences are marked."""

import dataclasses
import re

from tagger.analysis import SentenceSpan
from tagger.reports.page_sentences import AT_ONCE, MOST_TOKENS, label_classes, worst_sentences
from tests.reports.parsed_page import SPANS, TAGS, WORST, Page

GOLD, FOUND = '<span class="unseen">gold: </span>', '<span class="unseen">found: </span>'


def of_spans(*sentences):
    return dataclasses.replace(SPANS.analysis, worst=sentences)


def test_gold_stands_above_the_words_and_found_below_filled_where_they_differ() -> None:
    """LOC and PER are the types of the scores, ORG was found only: k0, k1, k2 in alphabetical order are LOC, ORG, PER.

    "Ada Novak" is right; gold "New York" was found as two.
    """
    content = worst_sentences(of_spans(WORST))
    assert re.search(r'<p dir="auto">(.*)</p>', content)[1] == (
        f'<span class="keep"><span class="w"><bdi class="gold k2"><span class="over">{GOLD}PER</span></bdi>'
        f'<span>Ada </span><bdi class="found k2"><span class="over">{FOUND}PER</span></bdi></span>'
        '<span class="w"><bdi class="gold k2 last"></bdi><span>Novak </span><bdi class="found k2 last"></bdi></span>'
        "</span>left "
        f'<span class="keep"><span class="w"><bdi class="gold k0 wrong"><span class="over">{GOLD}LOC</span></bdi>'
        f'<span>New </span><bdi class="found k0 wrong last">{FOUND}LOC</bdi></span>'
        '<span class="w"><bdi class="gold k0 wrong last"></bdi><span>York </span>'
        f'<bdi class="found k1 wrong last">{FOUND}ORG</bdi></span></span>&lt;script&gt; .'
    )


def test_a_long_word_holds_its_label_alone() -> None:
    span = (SentenceSpan(0, 2, "PER"),)
    own = dataclasses.replace(WORST, tokens=("Mercedes-Benz", "x"), gold_spans=span, found_spans=())
    content = worst_sentences(of_spans(own))
    assert "keep" not in content and "over" not in content.replace("Hover", "")


def test_plain_tags_are_marked_where_they_are_wrong() -> None:
    content = worst_sentences(TAGS.analysis)
    assert re.search(r'<p dir="auto">(.*)</p>', content)[1] == (
        f'a <span class="w"><bdi class="gold k0 wrong last">{GOLD}X</bdi><span>b </span>'
        f'<bdi class="found k1 wrong last">{FOUND}NOUN</bdi></span>'
    )


def test_a_caption_says_where_the_sentence_is_as_far_as_known() -> None:
    captions = [Page(worst_sentences(own)).texts["figcaption"] for own in (SPANS.analysis, TAGS.analysis)]
    assert re.sub("<.*?>", "", worst_sentences(SPANS.analysis)).count(
        "sentence 1,234 · dev.conll:77 · document wsj_7"
    )
    assert [own[0].split()[0] for own in captions] == ["sentence", "sentence"]
    assert "sentence 9 <span>·</span> 1 error <span>·</span> surprise 0.5 nats" in worst_sentences(
        TAGS.analysis
    )


def test_some_sentences_are_shown_and_the_rest_are_folded() -> None:
    content = worst_sentences(of_spans(*[WORST] * (AT_ONCE + 3)))
    shown, _, folded = content.partition("<details>")
    assert shown.count('class="sentence"') == AT_ONCE and folded.count('class="sentence"') == 3
    assert "<summary>3 more</summary>" in folded
    assert "details" not in worst_sentences(of_spans(*[WORST] * AT_ONCE))


def test_an_endless_sentence_is_cut_and_the_rest_counted() -> None:
    many = ("word",) * (MOST_TOKENS + 25)
    span = (SentenceSpan(MOST_TOKENS - 1, MOST_TOKENS + 3, "A_LONG_NAME"),)
    own = dataclasses.replace(WORST, tokens=many, gold_spans=span, found_spans=())
    page = Page(worst_sentences(of_spans(own)))  # every element is closed
    assert page.text.count("word ") == MOST_TOKENS and "… and 25 more" in page.text


def test_no_sentence_is_nothing() -> None:
    assert worst_sentences(of_spans()) == ""


def test_types_have_their_colours_in_alphabetical_order() -> None:
    assert label_classes(SPANS.analysis) == {"LOC": "k0", "ORG": "k1", "PER": "k2"}
