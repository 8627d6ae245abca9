"""A token that has expired: nobody waits an hour for one."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# Where the emulator keeps the keys that its user pools sign with.
_KEYS = Path("/tmp/ministack-state/cognito-pool-keys")


def expired(token: str, hours: int = 2) -> str:
    """The same id token, good for an hour, as it would have been made so many hours ago; its signature is valid."""
    head, payload, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    made = int(time.time()) - hours * 3_600
    claims |= {"iat": made, "exp": made + 3_600}
    unsigned = f"{head}.{_encoded(json.dumps(claims).encode())}"
    key = load_pem_private_key((_KEYS / f"{claims['iss'].rpartition('/')[2]}-id.pem").read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return f"{unsigned}.{_encoded(key.sign(unsigned.encode(), PKCS1v15(), hashes.SHA256()))}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
