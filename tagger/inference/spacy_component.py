"""The spaCy component "window_tagger": a saved model, or several that vote, as a part of a spaCy pipeline.

nlp = spacy.blank("en")
nlp.add_pipe("window_tagger", config={"model": "models/sample"})
doc = nlp("Ada lives in Paris.")
print([(token.text, token.tag_) for token in doc], doc.ents)

spaCy finds it by its entry point once the package is installed with `pip install "tagger[spacy]"`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from tagger.errors import SettingsError
from tagger.inference.model_archive import copied, copy_models, from_archive, to_archive
from tagger.inference.runtime import DEFAULT_MEMORY
from tagger.inference.spacy_docs import (
    Attributes,
    choose_attributes,
    sentences_of,
    set_entities,
    set_sentences,
    set_tags,
)
from tagger.inference.tagger import Tagger, load
from tagger.reading.words import TOKENS_A_BATCH, Words
from tagger.saved import read_model
from tagger.text.sentence_ends import LineBreaks

BATCH_SIZE = 256
"""Documents that are tagged together, unless the caller says otherwise (`nlp.pipe` does); fewer where they are long."""


def build_window_tagger(
    nlp: Language,
    name: str,
    model: str | list[str] | None,
    tasks: dict[str, str | None],
    overwrite_ents: bool,
    set_sents: bool,
    line_breaks: LineBreaks,
    probabilities: bool,
    min_probability: float,
    memory: int,
) -> "WindowTagger":
    """The component, as `nlp.add_pipe("window_tagger", config=...)` asks for it.

    model: a model folder, or several whose models vote.
    tasks: which task fills what, such as {"tag": "xpos", "pos": "upos", "ents": "ner"}; null: none does; what is not
        named follows the names of the model's tasks (see `choose_attributes`).
    overwrite_ents: of entities that overlap the new ones stay, else those that the document has.
    set_sents: documents without sentences get those that they were tagged in.
    line_breaks: what line breaks mean in documents without sentences, as in `Tagger.tag`.
    probabilities: each entity gets its own as `entity._.probability`.
    min_probability: entities and tags less probable are left out.
    memory: bytes for what is kept of word forms seen before.
    """
    if not model:
        raise SettingsError(
            f"{name}.model", "a model folder", "none", 'Pass config={"model": "models/sample"}, for example.'
        )
    return WindowTagger(
        [model] if isinstance(model, str) else model,
        tasks=tasks,
        overwrite_ents=overwrite_ents,
        set_sents=set_sents,
        line_breaks=line_breaks,
        probabilities=probabilities,
        min_probability=min_probability,
        memory=memory,
    )


class WindowTagger:
    """Tags documents, one or a stream of them. Loads the model when made, or when used if it is not there yet."""

    def __init__(
        self,
        folders: Sequence[str],
        *,
        tasks: dict[str, str | None] | None = None,
        overwrite_ents: bool = False,
        set_sents: bool = False,
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
        min_probability: float = 0.0,
        memory: int = DEFAULT_MEMORY,
    ) -> None:
        """See `build_window_tagger`. A folder that is missing may have been moved into a saved pipeline."""
        self._folders = [Path(folder).absolute() for folder in folders]
        self._archive: bytes | None = None  # the models where they stand in no folder
        self._tasks = tasks or {}
        self._overwrite_ents = overwrite_ents
        self._set_sents = set_sents
        self._line_breaks = line_breaks
        self._probabilities = probabilities
        self._min_probability = min_probability
        self._memory = memory
        self._loaded: tuple[Tagger, Attributes] | None = None
        if probabilities and not DocSpan.has_extension("probability"):
            DocSpan.set_extension("probability", default=None)
        if all(folder.exists() for folder in self._folders):
            self._load()

    @property
    def tagger(self) -> Tagger:
        """The tagger, of the tasks that are used. Raises ModelError where a model is missing."""
        return self._load()[0]

    def __call__(self, doc: Doc) -> Doc:
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH_SIZE) -> Iterator[Doc]:
        """The documents of `stream`, in order, up to `batch_size` of them or some thousand tokens tagged together."""
        documents = iter(stream)
        while batch := list(_some(documents, batch_size)):
            self._annotate(batch)
            yield from batch

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        """Copy the models into the folder `path`. `exclude` is spaCy's and has nothing to leave out here."""
        if self._archive is None:
            copy_models(self._folders, Path(path))
            return
        with from_archive(self._archive) as folders:
            copy_models(folders, Path(path))

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> "WindowTagger":
        """Take the models that `to_disk` copied into `path` in place of those of the settings."""
        self._folders, self._archive, self._loaded = copied(Path(path).absolute()), None, None
        self._load()
        return self

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        """The models as bytes."""
        return to_archive(self._folders) if self._archive is None else self._archive

    def from_bytes(self, content: bytes, *, exclude: Sequence[str] = ()) -> "WindowTagger":
        """Take the models of `to_bytes` in place of those of the settings."""
        self._archive, self._loaded = content, None
        self._load()
        return self

    def _load(self) -> tuple[Tagger, Attributes]:
        if self._loaded is None:
            tagger = self._build(None)
            attributes = choose_attributes(tagger, self._tasks)
            if set(attributes.tasks) != set(tagger.tasks):
                tagger = self._build(attributes.tasks)
            self._loaded = tagger, attributes
        return self._loaded

    def _build(self, tasks: Sequence[str] | None) -> Tagger:
        if self._archive is None:
            first, *more = self._folders
            return load(first, *more, memory=self._memory, tasks=tasks)
        with from_archive(self._archive) as folders:
            models = [read_model(folder) for folder in folders]
        return Tagger(*models, memory=self._memory, tasks=tasks)

    def _annotate(self, docs: Sequence[Doc]) -> None:
        tagger, attributes = self._load()
        sentences, texts = zip(*(sentences_of(doc, self._line_breaks) for doc in docs), strict=True)
        words = (
            Words(list(map(own.__getitem__, places)), document=number)
            for number, (parts, own) in enumerate(zip(sentences, texts, strict=True))
            for places in parts
        )
        tagged = (
            sentence
            for batch in tagger.batches(words)
            for sentence in tagger.tag_batch(
                batch, probabilities=self._probabilities, min_probability=self._min_probability
            )
        )
        for doc, parts in zip(docs, sentences, strict=True):
            own = list(islice(tagged, len(parts)))
            set_tags(doc, parts, own, attributes)
            if attributes.ents:
                set_entities(doc, parts, own, attributes.ents, overwrite=self._overwrite_ents)
            if self._set_sents and not doc.has_annotation("SENT_START"):
                set_sentences(doc, parts)


def _some(documents: Iterator[Doc], most: int) -> Iterator[Doc]:
    """The next documents: up to `most`, or until they have TOKENS_A_BATCH tokens."""
    tokens = 0
    for doc in islice(documents, most):
        yield doc
        tokens += len(doc)
        if tokens >= TOKENS_A_BATCH:
            return


Language.factory(
    "window_tagger",
    assigns=["token.tag", "token.pos", "doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={
        "model": None,
        "tasks": {},
        "overwrite_ents": False,
        "set_sents": False,
        "line_breaks": "auto",
        "probabilities": False,
        "min_probability": 0.0,
        "memory": DEFAULT_MEMORY,
    },
    func=build_window_tagger,
)
