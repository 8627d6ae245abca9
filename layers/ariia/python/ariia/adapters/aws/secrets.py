"""The signing key in Secrets Manager."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

from ariia.ports.signing import SigningKeys

MIN_BYTES = 32


@cache
def secrets_client() -> Any:
    """One client per process."""
    return boto3.client("secretsmanager")


class SecretsManagerSigningKeys(SigningKeys):
    """SigningKeys from one secret, read on first use and kept for the life of the process. The key has to outlive every
    link that was ever sent, so it is not rotated."""

    def __init__(self, client: Any, secret_arn: str) -> None:
        self._client, self._secret_arn = client, secret_arn
        self._key: bytes | None = None

    def key(self) -> bytes:
        """ValueError when the secret is shorter than 32 bytes."""
        if self._key is None:
            key = str(self._client.get_secret_value(SecretId=self._secret_arn)["SecretString"]).encode()
            if len(key) < MIN_BYTES:
                raise ValueError(f"the signing secret has {len(key)} bytes; it needs at least {MIN_BYTES}")
            self._key = key
        return self._key
