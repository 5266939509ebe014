"""Files by their URLs, on the one system that is always there: file://."""

import pytest

from tagger.errors import SettingsError
from tagger.text.lines import open_both, open_bytes
from tagger.text.remote_files import (
    create_url,
    delete_url,
    is_url,
    list_url,
    move_url,
    open_url,
    status_of_url,
)


@pytest.fixture
def url(tmp_path):
    return f"file://{tmp_path}"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("s3://b/a", True), ("a/b.txt", False), ("-", False), ("C:/a", False), ("://", False)],
)
def test_a_url_begins_with_a_scheme(path, expected):
    assert is_url(path) is expected


@pytest.mark.parametrize("name", ["a.txt", "50% of a b?.txt", "naïve#1.txt", "%20.txt"])
def test_a_name_stands_for_itself(url, tmp_path, name):
    (tmp_path / name).write_bytes(b"Ada\nlives")
    with open_url(f"{url}/{name}") as file:
        assert (file.read(3), file.tell(), file.seek(0), file.readline()) == (b"Ada", 3, 0, b"Ada\n")
    assert [status.url for status in list_url(url)] == [f"{url}/{name}"]
    assert status_of_url(f"{url}/{name}").size == 9


def test_a_new_file_gets_its_folders_and_its_name(url, tmp_path):
    with create_url(f"{url}/new/deep/a.part") as file:
        file.write(b"Ada")
    move_url(f"{url}/new/deep/a.part", f"{url}/new/deep/a")
    assert (tmp_path / "new" / "deep" / "a").read_bytes() == b"Ada"
    delete_url(f"{url}/new/deep/a")
    assert list_url(url) == []


def test_what_is_not_there(url):
    assert status_of_url(f"{url}/a") is None
    assert status_of_url(url) is None  # a folder is no file
    assert list_url(f"{url}/a") == []
    with pytest.raises(FileNotFoundError):
        open_url(f"{url}/a")


def test_an_address_of_an_unknown_system_is_an_error():
    with pytest.raises(SettingsError) as caught:
        open_url("nosuch://a/b")
    assert str(caught.value) == (
        "nosuch://a/b: expected an address that begins with file, s3, gs, gcs, hdfs, viewfs, abfs or abfss, "
        "found nosuch. Copy the files to one of these, or to this machine."
    )


def test_readers_open_urls_and_decompress_them(url, tmp_path):
    import gzip

    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"Ada"))
    with open_bytes(f"{url}/a.txt.gz") as file:
        assert file.read() == b"Ada"
    with open_both(f"{url}/a.txt.gz") as (file, disk):
        assert file.read() == b"Ada"
        assert disk.tell() > 3
