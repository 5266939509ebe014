"""Data settings to what training needs: sentences of each corpus, labels of each task, in the task's own scheme."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tagger.config import DataSettings, Settings, TaskSettings
from tagger.errors import DataError, SettingsError
from tagger.recipes.prepared_maps import joined_maps, map_prepared
from tagger.recipes.scorer_tasks import SCORES, describe_scorer
from tagger.saved import TaskDescription
from tagger.text.corpus import Corpus, Source, read_corpus
from tagger.text.prepared import fingerprint_of_splits, is_prepared, read_prepared
from tagger.text.schemes import NONE, convert
from tagger.text.sentences import Sentence
from tagger.text.true_windows import window_kinds

SAMPLE_SEED = 0
"""The sample of `data.sample` is the same for every seed of the training: runs with several seeds stay comparable."""


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """One corpus: training and development sentences, the scheme of each tag column, and notes on what was found."""

    train: list[Sentence]
    dev: list[Sentence]
    schemes: dict[str, str]
    fingerprint: str
    notes: list[str] = field(default_factory=list)
    reading: dict[str, Any] = field(
        default_factory=dict
    )  # [data] options that the prepared files were read with
    dev_name: str = (
        ""  # where the development sentences lie, as `tagger eval` calls it: FOLDER/dev, or the files
    )


@dataclass(frozen=True, slots=True)
class TrainingData:
    """All corpora of a run and, for each task, its description and the corpus that teaches it."""

    corpora: list[LoadedCorpus]
    tasks: tuple[TaskDescription, ...]
    corpus_of: dict[str, int]  # task -> number of its corpus; a task without one learns from none of them

    def tasks_of(self, corpus: int) -> list[TaskDescription]:
        """The tasks that corpus number `corpus` teaches."""
        return [task for task in self.tasks if self.corpus_of.get(task.name) == corpus]


def load_training_data(settings: Settings) -> TrainingData:
    """Read every corpus that the settings name (each once) and settle columns, schemes and labels of the tasks.

    Raises SettingsError for settings that do not fit the data and DataError for data that cannot be read.
    """
    origins: list[DataSettings] = []
    corpora: list[LoadedCorpus] = []
    corpus_of: dict[str, int] = {}
    tasks: dict[str, TaskSettings] = settings.tasks
    if not tasks:
        origins, corpora = [settings.data], [load_corpus(settings.data)]
        tasks = _tasks_of_columns(corpora[0])
    for name, task in tasks.items():
        origin = task.data or settings.data
        if origin not in origins:
            origins.append(origin)
            corpora.append(load_corpus(origin, f"tasks.{name}.data" if task.data else "data"))
        corpus_of[name] = origins.index(origin)
    described = tuple(describe_task(name, task, corpora[corpus_of[name]]) for name, task in tasks.items())
    check_score(settings.training.score, described)
    return TrainingData(corpora, described, corpus_of)


def load_corpus(settings: DataSettings, section: str = "data") -> LoadedCorpus:
    """The training and development sentences that `settings` name, of the training ones a sample if so set."""
    corpus = _load_whole(settings, section)
    if not 0 < settings.sample < len(corpus.train):
        return corpus
    chosen = np.random.default_rng(SAMPLE_SEED).permutation(len(corpus.train))[: settings.sample]
    train = [corpus.train[number] for number in sorted(chosen.tolist())]
    note = f"a sample of {len(train):,} of {len(corpus.train):,} training sentences"
    return replace(corpus, train=train, notes=[*corpus.notes, note])


def _load_whole(settings: DataSettings, section: str) -> LoadedCorpus:
    """All sentences: a prepared folder's or those of files."""
    if settings.dataset:
        if not is_plainly_prepared(settings):
            return _load_dataset(settings)
        settings = settings.model_copy(update={"folder": settings.dataset, "dataset": ""})
    if settings.folder:
        prepared = read_prepared(settings.folder)
        notes = map_prepared(prepared, settings.folder, settings.maps)
        train = prepared.splits.get("train", [])
        if not train:
            raise SettingsError(
                f"{section}.folder", "a prepared folder with a split `train`", settings.folder
            )
        dev, reading = prepared.splits.get("dev", []), prepared.description.get("reading", {})
        name = f"{settings.folder}/dev"
        return LoadedCorpus(train, dev, prepared.schemes, prepared.fingerprint, notes, reading, name)
    if not settings.train:
        raise SettingsError(
            section,
            "training data",
            "none",
            "Set data.folder to what `tagger prep` wrote, data.train and data.dev to corpus files, or data.dataset.",
        )
    return _loaded(
        read_corpus(source_of(settings, settings.train, settings.join_train)),
        read_corpus(source_of(settings, settings.dev, settings.join_dev)) if settings.dev else None,
        " + ".join((*settings.dev, *settings.join_dev)),
    )


def is_plainly_prepared(settings: DataSettings) -> bool:
    """Whether the data set is a prepared folder whose own splits and columns are asked for."""
    return is_prepared(settings.dataset) and not (settings.split or settings.dev_split or settings.column)


def _load_dataset(settings: DataSettings) -> LoadedCorpus:
    """The sentences of a data set: of its training split, and of its development split if there is one."""
    from tagger.text.hub import ROLES, load_splits, split_of

    name = settings.dataset
    splits = load_splits(name, streaming=settings.streaming)
    asked = settings.split or ("" if len(splits) == 1 else "train")
    first = split_of(splits, asked, name, "Set data.split (--split).")
    others = [split for split in splits if ROLES.get(split) == "dev" and split != first]
    second = others[0] if others else ""
    if settings.dev_split:
        second = split_of(splits, settings.dev_split, name, "Set data.dev_split.")
    train = read_corpus(source_of_dataset(settings, first))
    dev = read_corpus(source_of_dataset(settings, second)) if second else None
    return _loaded(train, dev, f"{name}/{second}" if second else "")


def _loaded(train: Corpus, dev: Corpus | None, dev_name: str) -> LoadedCorpus:
    """Both parts of a corpus. Raises DataError where a column holds plain tags in one and spans in the other."""
    notes, schemes = list(train.notes), dict(train.schemes)
    if dev is not None:
        notes += dev.notes
        for column in schemes.keys() & dev.schemes.keys():
            if (schemes[column] == NONE) != (dev.schemes[column] == NONE):
                kinds = {True: "plain tags", False: "tags of spans"}
                expected = f"{kinds[schemes[column] == NONE]} in the column {column} as in train"
                found = kinds[dev.schemes[column] == NONE]
                raise DataError(next(iter(dev.found)), None, expected, found)
    splits = {"train": train.sentences, "dev": dev.sentences if dev is not None else []}
    fingerprint = fingerprint_of_splits(splits)
    return LoadedCorpus(train.sentences, splits["dev"], schemes, fingerprint, notes, dev_name=dev_name)


def with_reading(settings: Settings, data: TrainingData) -> Settings:
    """The settings with the options that prepared files were read with, where the settings leave them open.

    A model that learnt from a prepared folder so knows how to read another file of the same corpus.
    """

    def filled(own: DataSettings, corpus: LoadedCorpus) -> DataSettings:
        read = {
            key: tuple(value) if isinstance(value, list) else value for key, value in corpus.reading.items()
        }
        stated = own.model_dump(exclude_defaults=True)
        maps = joined_maps(read.get("maps", ()), own.maps)
        return DataSettings.model_validate({**read, **stated, "maps": maps})

    shared = [
        n for name, n in data.corpus_of.items() if not (name in settings.tasks and settings.tasks[name].data)
    ]
    tasks = {
        name: task.model_copy(update={"data": filled(task.data, data.corpora[data.corpus_of[name]])})
        if task.data
        else task
        for name, task in settings.tasks.items()
    }
    own = filled(settings.data, data.corpora[shared[0]]) if shared else settings.data
    return settings.model_copy(update={"data": own, "tasks": tasks})


def source_of(settings: DataSettings, paths: Sequence[str], join: Sequence[str] = ()) -> Source:
    """Files with the reading options of the settings."""
    return Source(
        paths=tuple(paths),
        join=tuple(join),
        format=settings.format,
        columns=settings.columns,
        maps=settings.maps,
        input_schemes=settings.input_schemes,
        broken_tags=settings.broken_tags,
        wide_rows=settings.wide_rows,
    )


def source_of_dataset(settings: DataSettings, split: str) -> Source:
    """A split of the data set that the settings name, with their reading options."""
    source = source_of(settings, [settings.dataset])
    return replace(
        source, format="dataset", split=split, column=settings.column, streaming=settings.streaming
    )


def task_tags(sentences: Sequence[Sentence], task: TaskDescription, source_scheme: str) -> list[list[str]]:
    """The tags of each sentence in the task's own scheme; of a scorer the kinds of its words' windows."""
    columns = [sentence.tags[task.column] for sentence in sentences]
    if task.is_scorer:
        return [window_kinds(tags, task.labels[0], source_scheme) for tags in columns]
    if task.scheme in ("none", source_scheme):
        return columns
    return [convert(tags, source_scheme, task.scheme) for tags in columns]


def _tasks_of_columns(corpus: LoadedCorpus) -> dict[str, TaskSettings]:
    """Without [tasks], every tag column of the data is a task; spans are scored by sentence."""
    return {
        column: TaskSettings(objective="word" if scheme == "none" else "sentence")
        for column, scheme in corpus.schemes.items()
    }


def check_score(name: str, tasks: Sequence[TaskDescription]) -> None:
    """Raise SettingsError for a deciding score that is none of those of `tasks`."""
    known = ["mean"]
    for task in tasks:
        spans = () if task.scheme == "none" else ("f1", "precision", "recall")
        scores = SCORES if task.is_scorer else (*spans, "accuracy")
        known += [f"{task.name}.{score}" for score in scores]
    if name not in known:
        raise SettingsError("training.score", f"one of {', '.join(known)}", repr(name))


def describe_task(name: str, task: TaskSettings, corpus: LoadedCorpus) -> TaskDescription:
    """The task as the settings and its corpus make it: column, scheme, and labels of the training sentences.

    Raises SettingsError for settings that do not fit the corpus, DataError for one whose parts do not agree.
    """
    column = task.column or name
    if column not in corpus.schemes:
        known = ", ".join(corpus.schemes)
        raise SettingsError(f"tasks.{name}.column", f"a tag column of its data ({known})", repr(column))
    if corpus.dev and column not in corpus.dev[0].tags:
        expected, found = f"the tag column {column} as in train", ", ".join(corpus.dev[0].tags) or "none"
        hint = "Name the columns with data.columns, or choose tasks that both have."
        raise DataError(corpus.dev[0].path or "dev", None, expected, found, hint)
    source = corpus.schemes[column]
    if task.objective == "margin":
        return describe_scorer(name, task, column, [s.tags[column] for s in corpus.train], source)
    scheme = task.scheme if task.scheme != "auto" else ("none" if source == "none" else "IOBES")
    if source == "none" and scheme != "none":
        raise SettingsError(f"tasks.{name}.scheme", '"none" for a column without spans', repr(scheme))
    draft = TaskDescription(name, column, scheme, task.objective, ())
    labels = sorted({tag for tags in task_tags(corpus.train, draft, source) for tag in tags})
    return TaskDescription(name, column, scheme, task.objective, tuple(labels))
