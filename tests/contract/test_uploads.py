"""What every Uploads promises."""

from __future__ import annotations

import urllib.request
import uuid
from collections.abc import Iterator

import pytest

from ariia.adapters.aws.uploads import S3Uploads, s3_client
from ariia.domain.errors import NotFoundError
from ariia.ports.uploads import Uploads
from tests.doubles.uploads import MemoryUploads

KEY = "imports/studio/job-1.csv"


@pytest.fixture(params=["memory", "s3"])
def uploads(request: pytest.FixtureRequest) -> Uploads:
    if request.param == "memory":
        return MemoryUploads()
    stored: Uploads = request.getfixturevalue("stored_uploads")
    return stored


@pytest.fixture
def stored_uploads(ministack: object) -> Iterator[Uploads]:
    s3_client.cache_clear()
    client = s3_client()
    bucket = f"uploads-{uuid.uuid4().hex[:8]}"
    client.create_bucket(Bucket=bucket)
    yield S3Uploads(client, bucket)
    s3_client.cache_clear()


def etag_of(uploads: Uploads, key: str = KEY) -> str:
    file = uploads.find(key)
    assert file is not None
    return file.etag


def test_object_that_is_not_there_is_none(uploads: Uploads) -> None:
    assert uploads.find(KEY) is None
    assert uploads.read(KEY) is None
    with pytest.raises(NotFoundError):
        list(uploads.blocks(KEY, '"etag"'))


def test_written_object_is_read_back(uploads: Uploads) -> None:
    uploads.write(KEY, "Grüße".encode())

    assert uploads.read(KEY) == "Grüße".encode()
    file = uploads.find(KEY)
    assert file is not None
    assert file.size == 7


def test_blocks_give_exactly_the_range(uploads: Uploads) -> None:
    data = bytes(range(256)) * 3_000
    uploads.write(KEY, data)
    etag = etag_of(uploads)

    assert b"".join(uploads.blocks(KEY, etag)) == data
    assert b"".join(uploads.blocks(KEY, etag, 5, 600_001)) == data[5:600_001]
    assert b"".join(uploads.blocks(KEY, etag, 700_000)) == data[700_000:]
    assert b"".join(uploads.blocks(KEY, etag, 5, 5)) == b""
    assert max(map(len, uploads.blocks(KEY, etag))) <= 256 * 1024


def test_empty_object_has_no_blocks(uploads: Uploads) -> None:
    uploads.write(KEY, b"")
    assert b"".join(uploads.blocks(KEY, etag_of(uploads))) == b""


def test_replaced_object_is_not_mistaken_for_the_old_one(uploads: Uploads) -> None:
    uploads.write(KEY, b"first")
    etag = etag_of(uploads)
    uploads.write(KEY, b"second")

    assert etag_of(uploads) != etag
    with pytest.raises(NotFoundError):
        list(uploads.blocks(KEY, etag))


def test_client_can_put_a_file_to_the_signed_url(stored_uploads: Uploads) -> None:
    url = stored_uploads.upload_url(KEY, "text/csv", 60)
    request = urllib.request.Request(url, b"id\nm1\n", {"Content-Type": "text/csv"}, method="PUT")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200

    assert stored_uploads.read(KEY) == b"id\nm1\n"


def test_deleted_objects_are_gone(uploads: Uploads) -> None:
    uploads.write(KEY, b"one")
    uploads.write("exports/studio/e1/archive.zip", b"PK", "application/zip")

    uploads.delete([KEY, "exports/never/there"])

    assert uploads.read(KEY) is None
    assert uploads.read("exports/studio/e1/archive.zip") == b"PK"


def test_client_can_download_from_the_signed_url_and_saves_it_by_name(stored_uploads: Uploads) -> None:
    stored_uploads.write(KEY, b"PK", "application/zip")
    with urllib.request.urlopen(stored_uploads.download_url(KEY, "member-data.zip", 60), timeout=60) as answer:
        assert answer.read() == b"PK"
        assert answer.headers["Content-Type"] == "application/zip"
    assert "filename" in stored_uploads.download_url(KEY, "member-data.zip", 60)
