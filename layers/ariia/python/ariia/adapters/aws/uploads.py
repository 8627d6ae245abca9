"""The uploads bucket on S3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ariia.domain.errors import NotFoundError
from ariia.ports.uploads import UploadedFile, Uploads

BLOCK_BYTES = 256 * 1024
_MISSING = {"404", "NoSuchKey", "NotFound"}
_REPLACED = {"412", "PreconditionFailed"}


@cache
def s3_client() -> Any:
    """One client per process. With `virtual` it signs URLs for the region's own endpoint: S3 answers those of the
    global one, which is botocore's default for signing, with a redirect for as long as a bucket is new."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual"},
        retries={"total_max_attempts": 4, "mode": "standard"},
    )
    return boto3.client("s3", config=config)


class S3Uploads(Uploads):
    """Uploads over one bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def upload_url(self, key: str, content_type: str, seconds: int) -> str:
        parameters = {"Bucket": self._bucket, "Key": key, "ContentType": content_type}
        return str(self._client.generate_presigned_url("put_object", parameters, ExpiresIn=seconds))

    def find(self, key: str) -> UploadedFile | None:
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if _code(error) in _MISSING:
                return None
            raise
        return UploadedFile(int(found["ContentLength"]), str(found["ETag"]))

    def blocks(self, key: str, etag: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        if end is not None and end <= start:
            return
        last = "" if end is None else str(end - 1)
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=etag, Range=f"bytes={start}-{last}")
        except ClientError as error:
            if _code(error) in _MISSING:
                raise NotFoundError("the uploaded file is no longer there") from error
            if _code(error) in _REPLACED:
                raise NotFoundError("the uploaded file was replaced by another one meanwhile") from error
            if _code(error) == "InvalidRange":  # the whole of an empty object
                return
            raise
        yield from found["Body"].iter_chunks(BLOCK_BYTES)

    def read(self, key: str) -> bytes | None:
        try:
            return bytes(self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except ClientError as error:
            if _code(error) in _MISSING:
                return None
            raise

    def write(self, key: str, data: bytes, content_type: str = "application/json") -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=content_type)

    def download_url(self, key: str, file_name: str, seconds: int) -> str:
        disposition = f'attachment; filename="{file_name}"'
        parameters = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition}
        return str(self._client.generate_presigned_url("get_object", parameters, ExpiresIn=seconds))

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._client.delete_object(Bucket=self._bucket, Key=key)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
