"""The signing key."""

from __future__ import annotations

import pytest

from ariia.adapters.aws.secrets import SecretsManagerSigningKeys


class Secrets:
    """Counts how often it is asked."""

    def __init__(self, secret: str) -> None:
        self.secret, self.asked = secret, 0

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        self.asked += 1
        return {"SecretString": self.secret}


def test_key_is_read_once_per_process() -> None:
    client = Secrets("k" * 32)
    keys = SecretsManagerSigningKeys(client, "arn")
    assert client.asked == 0
    assert keys.key() == keys.key() == b"k" * 32
    assert client.asked == 1


def test_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        SecretsManagerSigningKeys(Secrets("k" * 31), "arn").key()
