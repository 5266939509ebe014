"""The two sides of a comparison, models or files of tags, to what they say of gold sentences."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from tagger.config import DataSettings
from tagger.errors import ModelError
from tagger.inference.tagger import Tagger
from tagger.recipes.gold import Gold, GoldPart, gold_tags, model_settings
from tagger.recipes.tags_of_files import read_tags
from tagger.saved import SavedModel, TaskDescription, read_model
from tagger.text.memory import document_runs

LABELS_SHOWN = 5
"""How many of the labels that a model does not know are named; the rest are counted."""

Tags = list[list[str]]


class Said(NamedTuple):
    """What one side says of one task: the tags of each gold sentence, and their scheme."""

    tags: Tags
    scheme: str
    where: str  # for errors
    of_model: bool


@dataclass(frozen=True, slots=True)
class ModelSide:
    """A saved model."""

    name: str
    model: SavedModel
    settings: dict[str, Any]

    @property
    def seed(self) -> str:
        """Of its training."""
        return str(self.settings.get("training", {}).get("seed", "unknown"))

    @property
    def tasks(self) -> list[TaskDescription]:
        """Those that tag."""
        return [task for task in self.model.tasks if task.column and not task.is_scorer]

    def task_like(self, task: TaskDescription) -> TaskDescription | None:
        """The own task of the same name, else of the same tag column, described with the column of `task`."""
        alike = [own for own in self.tasks if own.name == task.name]
        alike += [own for own in self.tasks if own.column == task.column]
        return replace(alike[0], column=task.column) if alike else None

    def says(self, part: GoldPart) -> tuple[dict[str, Said], list[str]]:
        """The tags of those tasks of the part that the model has, by the part's names; notes on unknown labels."""
        own = {task.name: same for task in part.tasks if (same := self.task_like(task))}
        wanted = list(dict.fromkeys(task.name for task in own.values()))
        tagger = Tagger(self.model, tasks=wanted, names=[self.name])
        found: dict[str, Tags] = {name: [] for name in wanted}
        sentences = part.gold.sentences
        runs = document_runs(sentences)
        for sentence in tagger.tag_sentences((gold.tokens for gold in sentences), documents=runs):
            for name in wanted:
                found[name].append(sentence.tags[name])
        said = {
            name: Said(found[task.name], task.scheme, self.name, of_model=True) for name, task in own.items()
        }
        notes = [note for name, task in own.items() for note in self._unknown_labels(name, task, part.gold)]
        return said, notes

    def _unknown_labels(self, name: str, task: TaskDescription, gold: Gold) -> list[str]:
        counts = Counter(tag for tags in gold_tags(task, gold) for tag in tags)
        unknown = [(label, count) for label, count in counts.most_common() if label not in task.labels]
        if not unknown:
            return []
        shown = ", ".join(f"{label} {count:,}" for label, count in unknown[:LABELS_SHOWN])
        more = f" and {len(unknown) - LABELS_SHOWN} more" if len(unknown) > LABELS_SHOWN else ""
        total = sum(count for _, count in unknown)
        return [f"{name}: tokens whose gold label {self.name} does not know: {total:,} ({shown}{more})"]


@dataclass(frozen=True, slots=True)
class FileSide:
    """A file with tags on the tokens of the gold sentences, from any program."""

    name: str
    origin: DataSettings  # how it is read
    columns: Sequence[str] = ()  # names of its columns

    seed: ClassVar[str] = "file"

    def says(self, part: GoldPart) -> tuple[dict[str, Said], list[str]]:
        """The tags of those tasks of the part that the file has a column for; notes on what was found in the file."""
        file = read_tags(self.name, self.origin, part.gold, columns=self.columns)
        said = {}
        for task in part.tasks:
            column = file.column_of(task.column, task.name)
            if column is not None:
                where = f"{self.name}, column {column}"
                said[task.name] = Said(file.columns[column], file.schemes[column], where, of_model=False)
        return said, file.notes


Side = ModelSide | FileSide


def read_side(path: Path) -> ModelSide | None:
    """The model in the folder `path`; None where that is a file. Raises ModelError where it is neither."""
    if path.is_file():
        return None
    if not path.exists():
        hint = "`tagger train` and `tagger finetune` write models."
        raise ModelError("expected a model folder or a file of tags, found none", where=str(path), hint=hint)
    return ModelSide(str(path), read_model(path), model_settings(path))
