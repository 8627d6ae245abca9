"""The files of a member's archive: JSON for machines, and a page for people."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from ariia.domain.instants import readable
from ariia.domain.privacy.archive_page import archive_page, message_file

MEMBER, MESSAGES = "member", "messages"
# What only the engine needs of what it stores.
_NOT_THEIRS = ("version", "idempotency_fingerprint", "fingerprint", "creation_id", "tenant_id", "subject")

Row = Mapping[str, Any]


def archive(tenant_name: str, told: Mapping[str, Sequence[Row]], made_at: int) -> bytes:
    """The archive (zip) as of `made_at` (epoch ms); the same rows make the same bytes. `told` are the rows, as stored,
    by document: `member` has one, those of `messages` may have the `html` and `text` of the message."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, text in _files(tenant_name, told, made_at).items():
            stamp = datetime.fromtimestamp(made_at / 1000, UTC).timetuple()[:6]
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            folder.writestr(info, text.encode())
    return target.getvalue()


def _files(tenant_name: str, told: Mapping[str, Sequence[Row]], made_at: int) -> dict[str, str]:
    messages, pages = _messages(told[MESSAGES])
    documents: dict[str, Any] = {}
    for name, rows in told.items():
        theirs = readable(messages) if name == MESSAGES else [_theirs(row) for row in rows]
        documents[name] = theirs[0] if name == MEMBER else theirs
    page = archive_page(escape(tenant_name), documents, made_at)
    written = {f"{name}.json": json.dumps(one, indent=2, ensure_ascii=False) for name, one in documents.items()}
    return {"index.html": page, **written, **pages}


def _messages(rows: Sequence[Row]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The rows with the name of a file in place of what the message said, and these files by name."""
    messages, pages = [], {}
    for number, row in enumerate(rows, start=1):
        shown = {name: value for name, value in row.items() if name not in ("html", "text")}
        if row.get("html") or row.get("text"):
            shown["file"] = f"messages/{number:04d}.html"
            pages[shown["file"]] = message_file(row)
        messages.append(shown)
    return messages, pages


def _theirs(row: Row) -> dict[str, Any]:
    """What is stored, with instants that people can read."""
    return {name: value for name, value in readable(dict(row)).items() if name not in _NOT_THEIRS}
