"""Label maps of the settings to the sentences of a prepared folder, which has its own maps behind it."""

from collections.abc import Sequence

from tagger.text.maps import apply_maps, parse_map
from tagger.text.plurals import counted
from tagger.text.prepared import Prepared


def joined_maps(read: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """The maps that another file of the same corpus needs: those that the folder was prepared with, then one's own."""
    return (*read, *further_maps(read, own))


def further_maps(read: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """One's own maps without those at their beginning that the folder was prepared with: these are done already."""
    return tuple(own[len(read) :] if tuple(own[: len(read)]) == tuple(read) else own)


def map_prepared(prepared: Prepared, name: str, maps: Sequence[str]) -> list[str]:
    """Apply `maps`, those left out that the folder was prepared with, to its sentences in place; notes on each.

    Raises SettingsError for a text that is no map.
    """
    done = prepared.description.get("reading", {}).get("maps", ())
    further = [parse_map(text) for text in further_maps(done, maps)]
    counts = apply_maps([s for split in prepared.splits.values() for s in split], further)
    return [
        f"{name}: the map {label_map} changed {counted(count, 'tag') if count else 'nothing'}"
        for label_map, count in counts.items()
    ]
