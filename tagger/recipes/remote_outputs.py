"""An output folder of another system (s3://...): its files, and what is known of the run that wrote them.

A file appears when it is complete: it is written under another name and moved. Nothing can be added to a file there, so
a file is known to be done by being there, and not older than its input.
"""

import json
from typing import TYPE_CHECKING, Any

from tagger.errors import OutputExistsError
from tagger.reading.inputs import Inputs
from tagger.recipes.tag_manifest import MANIFEST, Header, Source, check_header
from tagger.text.lines import unreadable
from tagger.text.remote_files import create_url, delete_url, list_url, move_url, open_url
from tagger.writing.output_files import OutputFile, OutputPlan, is_leftover

if TYPE_CHECKING:
    from tagger.recipes.engine_files import Part


class RemoteFile(OutputFile):
    """As OutputFile, in another system."""

    def open(self) -> None:
        self._file = create_url(self.temporary)

    def keep(self) -> None:
        move_url(self.temporary, self.path)

    def drop(self) -> None:
        opened, self._file = self._file, None
        if opened is not None:
            opened.close()
            delete_url(self.temporary)


class RemoteFolder:
    """What stands in an output folder of another system."""

    def __init__(self, plan: OutputPlan, files: Inputs, header: Header, *, resume: bool, force: bool) -> None:
        """Look into the folder, and leave `header` there, which a run that resumes this one is to have too.

        Raises OutputExistsError where an output of `files` is there, without `resume` and `force`; SettingsError as
        Manifest does.
        """
        self._root = plan.root.rstrip("/") + "/"
        try:
            found = {status.url[len(self._root) :]: status.mtime_ns for status in list_url(self._root)}
        except OSError as error:
            raise unreadable(plan.root, None, error) from error
        if resume and MANIFEST in found:
            check_header(self._root + MANIFEST, self._header(), header)
        elif not force:
            for file in files:
                if plan.name(file) in found:
                    raise OutputExistsError(plan.path(plan.name(file)))
        self._times = found if resume else {}
        self._begin(header)

    def holds(self, source: Source, output: str) -> bool:
        """Whether the file `output` is there and not older than this input."""
        return self._times.get(output, -1) >= source.mtime_ns

    def keep(self, part: "Part") -> None:
        """Give a complete file its name."""
        move_url(part.temporary, part.target)

    def clean(self) -> None:
        """Remove the temporary files that killed actors left."""
        for status in list_url(self._root):
            if is_leftover(status.url.rpartition("/")[2]):
                delete_url(status.url)

    def _header(self) -> Any:
        with open_url(self._root + MANIFEST) as file:
            try:
                return json.loads(file.readline())
            except ValueError:
                return {}

    def _begin(self, header: Header) -> None:
        with create_url(self._root + MANIFEST) as file:
            file.write(json.dumps(header).encode() + b"\n")
