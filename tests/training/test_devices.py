import pytest
import torch

from tagger.errors import SettingsError
from tagger.training.devices import choose_device


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(SettingsError) as error:
        choose_device(name)
    assert str(error.value) == (
        f'training.device: expected a device of this machine, found {name!r}. Use "cpu" or "auto".'
    )
    assert choose_device("auto").type == "cpu"


def test_each_process_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert choose_device("cuda") == torch.device("cuda")
    assert [choose_device("auto", place, 3) for place in (0, 1)] == [torch.device("cuda", n) for n in (0, 1)]
    assert choose_device("cpu", 2, 3) == torch.device("cpu")
    with pytest.raises(SettingsError) as error:
        choose_device("cuda", 2, 3)
    assert str(error.value) == (
        "training.device: expected a GPU for each process of this machine, found 2 for 3 or more. "
        "Start as many processes on each machine as it has GPUs."
    )


def test_several_processes_do_not_share_an_mps_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
    with pytest.raises(SettingsError) as error:
        choose_device("auto", 0, 2)
    assert str(error.value) == (
        'training.device: expected "cpu" or "cuda" with several processes, found \'mps\'. '
        'Use "cpu", or one process.'
    )
