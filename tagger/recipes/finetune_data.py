"""The settings of a fine-tuning and the tasks of its model to corpora: what is learnt from new and from old data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tagger.config import DataSettings, Settings, TaskSettings
from tagger.errors import DataError, SettingsError
from tagger.recipes.finetune_labels import grown_labels, label_notes
from tagger.recipes.scorer_tasks import can_rank, label_name
from tagger.recipes.training_data import (
    LoadedCorpus,
    TrainingData,
    check_score,
    describe_task,
    load_corpus,
    task_tags,
)
from tagger.saved import TaskDescription
from tagger.text.schemes import NONE

KINDS = {True: "plain tags", False: "tags that mark spans"}


@dataclass(frozen=True, slots=True)
class FinetuneData:
    """The corpora of a fine-tuning. Both hold all tasks of the grown model, whatever their corpora teach."""

    new: TrainingData
    old: TrainingData | None  # to rehearse
    settings: Settings  # with all tasks
    notes: tuple[str, ...] = ()  # on labels
    unfit: tuple[str, ...] = ()  # scorers whose label no word of the new data has, or every one

    @property
    def tasks(self) -> tuple[TaskDescription, ...]:
        return self.new.tasks

    @property
    def untaught(self) -> tuple[str, ...]:
        """The tasks that no corpus teaches."""
        taught = {name for part in self.parts for name in part.corpus_of}
        return tuple(task.name for task in self.tasks if task.name not in taught)

    def why_untaught(self, task: TaskDescription) -> str:
        """Why no corpus teaches the task."""
        if task.name in self.unfit:
            return f"the new data do not have words with and without {label_name(task.labels[0])}"
        columns = {column for corpus in self.new.corpora for column in corpus.schemes}
        return "it is none of the tasks named" if task.column in columns else "no data have its column"

    @property
    def parts(self) -> list[TrainingData]:
        return [self.new, self.old] if self.old else [self.new]


def load_finetune_data(
    settings: Settings, known: Sequence[TaskDescription], learn: Sequence[str] = ()
) -> FinetuneData:
    """Read the new data and those to rehearse, and settle which tasks learn from which of them.

    known: the tasks that there are, with their labels. They keep their schemes, and their labels in their order; labels
    that only the data have follow.
    learn: the tasks to learn from the new data; none: those whose column they have, and a new one for each column left.
    Raises SettingsError for settings that do not fit the data and DataError for data that cannot be read.
    """
    corpora = _Corpora()
    if learn:
        named = {name: settings.tasks[name] for name in learn}
    else:
        corpora.read(settings.data, "data")
        named = _tasks_of_columns(settings.tasks, known, corpora.loaded[0])
    learnt: dict[str, TaskDescription] = {}
    corpus_of: dict[str, int] = {}
    by_name, notes, unfit = {task.name: task for task in known}, [], []
    for name, task in named.items():
        section = f"tasks.{name}.data" if task.data else "data"
        number = corpora.read(task.data or settings.data, section)
        corpus, before = corpora.loaded[number], by_name.get(name)
        if before and not _has_column(name, task, corpus, before):
            continue
        if before and not task.data and not _can_learn(before, task.column or before.column, corpus):
            unfit.append(name)
            continue
        learnt[name] = _described(name, task, corpus, before)
        corpus_of[name] = number
        if before and not before.is_scorer:
            notes += label_notes(before, learnt[name].labels)
    if not learnt:
        columns = ", ".join(corpora.loaded[0].schemes) or "none"
        raise SettingsError("data", "a tag column that a task can learn from", columns)
    check_score(settings.training.score, list(learnt.values()))
    old = _load_old(settings, known)
    tasks = _grown(known, learnt, old)
    wanted = {name: settings.tasks.get(name) or named[name] for name in (t.name for t in tasks)}
    filled = {t.name: wanted[t.name].model_copy(update=_spelt(t)) for t in tasks}
    used = sorted(set(corpus_of.values()))  # a corpus that teaches nothing has nothing to be trained on
    numbers = {name: used.index(number) for name, number in corpus_of.items()}
    return FinetuneData(
        new=TrainingData([corpora.loaded[number] for number in used], tasks, numbers),
        old=old and TrainingData(old.corpora, _with_columns(tasks, known), old.corpus_of),
        settings=settings.model_copy(update={"tasks": filled}),
        notes=tuple(notes),
        unfit=tuple(unfit),
    )


class _Corpora:
    """Corpora, each read once."""

    def __init__(self) -> None:
        self.origins: list[DataSettings] = []
        self.loaded: list[LoadedCorpus] = []

    def read(self, origin: DataSettings, section: str) -> int:
        """The number of the corpus of `origin`."""
        if origin not in self.origins:
            self.loaded.append(load_corpus(origin, section))
            self.origins.append(origin)
        return self.origins.index(origin)


def _tasks_of_columns(
    settings: dict[str, TaskSettings], known: Sequence[TaskDescription], corpus: LoadedCorpus
) -> dict[str, TaskSettings]:
    """The tasks of the model whose column the corpus has, under its name or the task's; new ones of other columns."""
    tasks: dict[str, TaskSettings] = {}
    for column, scheme in corpus.schemes.items():
        here = [task.name for task in known if (settings[task.name].column or task.column) == column]
        if not here and column in settings:
            here = [column]
            settings = {**settings, column: settings[column].model_copy(update={"column": column})}
        tasks |= {name: settings[name] for name in here} or {
            column: TaskSettings(column=column, objective="word" if scheme == NONE else "sentence")
        }
    return tasks


def _has_column(name: str, task: TaskSettings, corpus: LoadedCorpus, before: TaskDescription) -> bool:
    """Whether the corpus has the column of a task of the model.

    Raises SettingsError where it has not and the user named the column, or the corpus for this very task.
    """
    column = task.column or before.column
    if column not in corpus.schemes and (task.data or column != before.column):
        there = ", ".join(corpus.schemes) or "none"
        raise SettingsError(f"tasks.{name}.column", f"a tag column of its data ({there})", repr(column))
    return column in corpus.schemes


def _can_learn(task: TaskDescription, column: str, corpus: LoadedCorpus) -> bool:
    """Whether the tags of the column can teach the task: any tags, but of a scorer those of both kinds of windows."""
    tags = (sentence.tags[column] for sentence in corpus.train)
    return not task.is_scorer or can_rank(task, tags, corpus.schemes[column])


def _described(
    name: str, task: TaskSettings, corpus: LoadedCorpus, before: TaskDescription | None
) -> TaskDescription:
    """The task as its new data make it: in the model's scheme if the model has it, labels as found."""
    if before is None:
        return describe_task(name, task, corpus)
    column = task.column or before.column
    if not fits(before, corpus.schemes[column]):
        plain = corpus.schemes[column] == NONE
        expected = f"{KINDS[not plain]} in the column {column}, as the model's task {name} has"
        hint = "Give the column a task of its own under another name: [tasks.NAME] with column and data."
        raise DataError(corpus.train[0].path or "data", None, expected, KINDS[plain], hint)
    fixed = {"column": column, "scheme": before.scheme, "objective": before.objective}
    return describe_task(name, task.model_copy(update=fixed), corpus)


def fits(task: TaskDescription, scheme: str) -> bool:
    """Whether a column of that scheme has the kind of tags that the task learnt: spans or plain ones."""
    return task.is_scorer or (scheme == NONE) == (task.scheme == NONE)


def _load_old(settings: Settings, known: Sequence[TaskDescription]) -> TrainingData | None:
    """The data to rehearse; they teach the tasks of the model whose column they have."""
    if settings.rehearsal.data is None:
        return None
    corpus = load_corpus(settings.rehearsal.data, "rehearsal.data")
    here = [
        replace(task, labels=_found(task, corpus))
        for task in known
        if task.column in corpus.schemes
        and fits(task, corpus.schemes[task.column])
        and _can_learn(task, task.column, corpus)
    ]
    if not here:
        columns = ", ".join(dict.fromkeys(task.column for task in known)) or "none: it has no tasks"
        found = ", ".join(corpus.schemes) or "none"
        raise SettingsError("rehearsal.data", f"a tag column of the model's tasks ({columns})", found)
    return TrainingData([corpus], tuple(here), {task.name: 0 for task in here})


def _found(task: TaskDescription, corpus: LoadedCorpus) -> tuple[str, ...]:
    if task.is_scorer:
        return task.labels
    tags = task_tags(corpus.train, task, corpus.schemes[task.column])
    return tuple({tag for sentence in tags for tag in sentence})


def _grown(
    known: Sequence[TaskDescription], learnt: dict[str, TaskDescription], old: TrainingData | None
) -> tuple[TaskDescription, ...]:
    """The tasks of the model, their labels grown, then the new ones."""
    rehearsed = {task.name: task for task in old.tasks} if old else {}
    grown = []
    for task in known:
        more = [found[task.name].labels for found in (learnt, rehearsed) if task.name in found]
        column = learnt[task.name].column if task.name in learnt else task.column
        labels = task.labels if task.is_scorer else grown_labels(task.labels, *more)
        grown.append(replace(task, column=column, labels=labels))
    names = {task.name for task in known}
    return (*grown, *(task for name, task in learnt.items() if name not in names))


def _with_columns(
    tasks: Sequence[TaskDescription], known: Sequence[TaskDescription]
) -> tuple[TaskDescription, ...]:
    """The grown tasks with the columns that the model learnt them from."""
    columns = {task.name: task.column for task in known}
    return tuple(replace(task, column=columns.get(task.name, task.column)) for task in tasks)


def _spelt(task: TaskDescription) -> dict[str, str]:
    return {"column": task.column, "scheme": task.scheme, "objective": task.objective}
