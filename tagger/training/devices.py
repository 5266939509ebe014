"""Names of devices to the devices of this machine."""

import torch

from tagger.errors import SettingsError


def choose_device(name: str, place: int = 0, processes: int = 1) -> torch.device:
    """The device of that name; "auto" takes a GPU where there is one.

    Of several processes of a machine each has a GPU of its own: that of its `place`. Raises SettingsError for a device
    that is not there.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if there[kind])
    if not there[name]:
        raise SettingsError("training.device", "a device of this machine", repr(name), 'Use "cpu" or "auto".')
    if processes == 1 or name == "cpu":
        return torch.device(name)
    if name == "mps":
        hint = 'Use "cpu", or one process.'
        raise SettingsError("training.device", '"cpu" or "cuda" with several processes', "'mps'", hint)
    if torch.cuda.device_count() <= place:
        hint = "Start as many processes on each machine as it has GPUs."
        found = f"{torch.cuda.device_count()} for {place + 1} or more"
        raise SettingsError("training.device", "a GPU for each process of this machine", found, hint)
    return torch.device(name, place)
