"""Rendered bytes to where they belong: a stream, or a file for each input that appears when it is complete."""

import errno
import os
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

from tagger.errors import DataError
from tagger.reading.inputs import InputFile
from tagger.recipes.tag_manifest import Manifest, Source
from tagger.writing.output_files import OutputFile, OutputPlan
from tagger.writing.outputs import Layout, OutputFormat

_NAME_ERRORS = {errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EILSEQ, errno.EINVAL}
"""What is wrong with one output's name or place only; all else hinders every output (disk full, no permission)."""


class Sink(Protocol):
    """Takes what has been rendered and writes it in its format."""

    def write(self, content: bytes) -> None:
        """Write the rendered bytes of the next piece."""

    def close(self) -> None:
        """Write what stands at the end. The file below stays open."""


OpenSink = Callable[[BinaryIO, str], Sink]
"""A sink that writes to a file, and the title of what is written."""


class TextSink:
    """A sink whose formats only add something at the beginning and the end."""

    def __init__(self, file: BinaryIO, head: bytes = b"", tail: bytes = b"") -> None:
        self._file = file
        self._tail = tail
        if head:
            file.write(head)

    def write(self, content: bytes) -> None:
        self._file.write(content)

    def close(self) -> None:
        if self._tail:
            self._file.write(self._tail)


def sinks(name: str, form: OutputFormat, layout: Layout) -> OpenSink:
    """What writes files of the format `form`, called `name`."""

    def open_sink(file: BinaryIO, title: str) -> Sink:
        if name == "parquet":
            from tagger.writing.parquet_output import ParquetSink  # loads pyarrow

            return ParquetSink(file, form.tail(layout))
        return TextSink(file, form.head(title, layout), form.tail(layout))

    return open_sink


class Destination(Protocol):
    """Where a run writes; inputs come one after another."""

    def begin(self, file: InputFile) -> None:
        """The next input begins. Raises DataError where just its output cannot be written."""

    def write(self, content: bytes) -> None:
        """Write what a piece of the input became."""

    def keep(self, source: Source | None, *, sentences: int, tokens: int) -> None:
        """The input is complete; `source` says what it was, None for a stream."""

    def drop(self) -> None:
        """The input has failed: what can be taken back is taken back."""

    def flush(self) -> None:
        """Let the reader have what is there."""

    def close(self) -> None:
        """The run has ended well."""


class ToStream:
    """Everything one after another to one stream, as one text; nothing is taken back."""

    def __init__(self, file: BinaryIO, open_sink: OpenSink, title: str) -> None:
        self._file = file
        self._open = open_sink
        self._title = title
        self._sink: Sink | None = None

    def begin(self, file: InputFile) -> None:
        if self._sink is None:
            self._sink = self._open(self._file, self._title)

    def write(self, content: bytes) -> None:
        assert self._sink is not None
        self._sink.write(content)

    def keep(self, source: Source | None, *, sentences: int, tokens: int) -> None:
        pass

    def drop(self) -> None:
        pass

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        if self._sink is None:
            self._sink = self._open(self._file, self._title)
        self._sink.close()
        self._file.flush()


class ToFiles:
    """A file for each input, noted in the manifest if there is one."""

    def __init__(self, plan: OutputPlan | None, open_sink: OpenSink, manifest: Manifest | None) -> None:
        """plan: None for a class that finds places by itself."""
        self._plan = plan
        self._open = open_sink
        self._manifest = manifest
        self._name = ""
        self._file: OutputFile | None = None
        self._sink: Sink | None = None

    def begin(self, file: InputFile) -> None:
        self._name, self._file = self.place(file)
        target = self._file.path
        try:
            if os.path.isdir(target):  # noqa: PTH112
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self._file.open()
        except OSError as error:
            if error.errno not in _NAME_ERRORS:
                raise
            expected = f"a place for its output {target}"
            raise DataError(file.path, None, expected, (error.strerror or str(error)).lower()) from None
        self._sink = self._open(cast(BinaryIO, self._file), os.path.basename(file.path))  # noqa: PTH119

    def write(self, content: bytes) -> None:
        assert self._sink is not None
        self._sink.write(content)

    def keep(self, source: Source | None, *, sentences: int, tokens: int) -> None:
        assert self._sink is not None and self._file is not None
        self._sink.close()
        self._file.close()
        self.finish(self._name, self._file, source, sentences=sentences, tokens=tokens)
        self._file = self._sink = None

    def place(self, file: InputFile) -> tuple[str, OutputFile]:
        """The name of an input's output, and the file to write."""
        assert self._plan is not None
        name = self._plan.name(file)
        return name, OutputFile(self._plan.path(name))

    def finish(
        self, name: str, file: OutputFile, source: Source | None, *, sentences: int, tokens: int
    ) -> None:
        """A file is complete: note it, then let it have its name."""
        if self._manifest is not None and source is not None:
            self._manifest.add(source, name, file, sentences=sentences, tokens=tokens)
        file.keep()

    def drop(self) -> None:
        if self._file is not None:
            self._file.drop()
        self._file = self._sink = None

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        pass
