"""Sentences to a page to read and print: spans in colours with their labels, other tags small under their tokens.

One self-contained file without scripts. The text stands as it stood, its white space and empty lines included; where
only tokens are known, a sentence stands on a line of its own. The first task with spans has boxes, further ones have
lines under their words. A page is written a piece at a time, and a piece begins and ends inside of a paragraph.
"""

import re
from collections.abc import Iterator, Sequence

from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.text.columns import DOCUMENT_ROW
from tagger.writing.html_sentences import SentenceWriter, escape
from tagger.writing.html_style import span_classes, style
from tagger.writing.layout import Layout, to_bytes

BEGIN, END = '<p dir="auto">', "</p>\n"

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_LINE_END = re.compile(r"\r\n?")


def html_head(title: str, layout: Layout) -> bytes:
    """The page up to the first paragraph, with a legend of the tasks and their labels."""
    title = escape(title)
    return to_bytes(f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style(layout)}
</style>
</head>
<body>
<header>
<h1 dir="auto">{title}</h1>
<dl>
{"".join(_legend(layout))}</dl>
</header>
<main>
{BEGIN}""")


def html_tail(layout: Layout) -> bytes:
    """The end of the page."""
    return to_bytes(f"{END}</main>\n</body>\n</html>\n")


def render_html(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    """The sentences, from inside of one paragraph to inside of another."""
    written = SentenceWriter(layout).written
    parts = []
    record = None
    for sentence, tags in zip(words, tagged, strict=True):
        if any(line.startswith(DOCUMENT_ROW) for line in sentence.before):
            parts.append(f"{END}<hr>\n{BEGIN}")
        elif sentence.record is not record:
            parts.append(END + BEGIN)
        record = sentence.record
        if sentence.gap:
            parts.append(_gap(sentence.gap))
        if sentence.tokens:
            parts.append(written(tags))
            if sentence.gap is None:
                parts.append("\n")
    return to_bytes("".join(parts))


def _gap(text: str) -> str:
    """White space between sentences; a paragraph ends at the first empty line."""
    return _BLANK_LINE.sub(END + BEGIN, escape(_LINE_END.sub("\n", text)), count=1)


def _legend(layout: Layout) -> Iterator[str]:
    """What the colours and the small tags are: a term and its description for each kind."""
    classes = span_classes(layout)
    for level, task in enumerate(layout.spans):
        element = "u" if level else "mark"
        labels = [
            f'<dd><{element} class="{name}">{escape(label or task)}</{element}></dd>\n'
            for (owner, label), name in classes.items()
            if owner == task
        ]
        yield f"<dt>{escape(task)}</dt>\n{''.join(labels)}"
    plain = [escape(task) for task in layout.tasks if task not in layout.spans]
    if plain:
        yield f"<dt>{' '.join(plain)}</dt>\n<dd>under each word</dd>\n"
