"""The product's HTTP API, as the demo's people use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from infra.local.stack import LaptopStack

Json = dict[str, Any]


class DemoError(Exception):
    """The product did not do what the demo shows."""


class Api:
    """Calls in the name of one tenant; every call names the role it is made in."""

    def __init__(self, stack: LaptopStack, tenant_id: str) -> None:
        self._stack, self._tenant_id = stack, tenant_id
        self._session = requests.Session()
        self._session.trust_env = False
        self._tokens: dict[str, str] = {}

    def get(self, path: str, role: str = "viewer") -> Json:
        """What GET answers; DemoError when it is not 2xx."""
        return self.call("GET", path, role)

    def post(self, path: str, body: Json | None, role: str, key: str | None = None) -> Json:
        """What POST answers; DemoError when it is not 2xx."""
        return self.call("POST", path, role, body, key)

    def call(self, method: str, path: str, role: str, body: Json | None = None, key: str | None = None) -> Json:
        """What the API answers; DemoError when it is not 2xx."""
        answer = self.answer(method, path, role, body, key)
        if not answer.ok:
            raise DemoError(f"{method} {path} as {role} answered {answer.status_code}: {answer.text[:1_000]}")
        found: Json = answer.json() if answer.text else {}
        return found

    def answer(
        self, method: str, path: str, role: str, body: Json | None = None, key: str | None = None
    ) -> requests.Response:
        """The bare answer."""
        headers = {"authorization": f"Bearer {self._token(role)}"} | ({"idempotency-key": key} if key else {})
        return self._session.request(method, self._stack.api_url + path, json=body, headers=headers, timeout=40)

    def pages(self, path: str, role: str = "viewer") -> Iterator[Json]:
        """Every item of a listing."""
        cursor = None
        while True:
            more = f"&cursor={cursor}" if cursor else ""
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit=100{more}", role)
            yield from page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def upload(self, upload: Json, content: bytes) -> None:
        """Sends the file where an import says."""
        answer = self._session.request(
            upload["method"], upload["url"], data=content, headers=upload["headers"], timeout=60
        )
        if not answer.ok:
            raise DemoError(f"the upload answered {answer.status_code}: {answer.text[:500]}")

    def _token(self, role: str) -> str:
        if role not in self._tokens:
            self._tokens[role] = self._stack.token(role, self._tenant_id)
        return self._tokens[role]
