"""The page of a member's archive: everything in it at one look, without script and without a request to anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from ariia.domain.instants import iso

_STYLE = (
    "body{margin:0 auto;max-width:60rem;padding:1.5rem;color:#1d2430;background:#fff;"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #d5dae2}"
    "th{font-weight:600;width:14rem}h2{margin-top:2rem}td table{margin:0}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_TITLES = {
    "member": "The member",
    "messages": "Messages",
    "follow_ups": "Follow-ups",
    "events": "Events",
    "lists": "Lists",
    "audit": "Changes of consent, suppression and tracking",
}


def archive_page(tenant_name: str, documents: Mapping[str, Any], made_at: int) -> str:
    """The page over these documents, by the name of their file, as of `made_at` (epoch ms); `tenant_name` is HTML."""
    sections = "".join(
        f"<h2>{_TITLES[name]}</h2><p>The same for machines: <a href='{name}.json'>{name}.json</a></p>{_shown(value)}"
        for name, value in documents.items()
    )
    title = f"What {tenant_name} has stored about this member"
    return _document(title, f"<h1>{title}</h1><p>As of {iso(made_at)}.</p>{sections}")


def message_file(row: Mapping[str, Any]) -> str:
    """One message as a page; its HTML is sanitised, and its own links lead nowhere."""
    subject = escape(str(row.get("subject") or ""))
    body = row.get("html") or f"<pre style='white-space:pre-wrap'>{escape(str(row.get('text') or ''))}</pre>"
    return _document(subject, f"<h1>{subject}</h1>{body}")


def _document(title: str, body: str) -> str:
    head = (
        "<meta charset='utf-8'><meta name='viewport' content='width=device-width,initial-scale=1'>"
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    )
    return (
        f"<!doctype html><html lang='en'><head>{head}<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )


def _shown(value: Any) -> str:
    if value in ({}, []):
        return "<p>Nothing.</p>"
    if isinstance(value, dict):
        return f"<table>{''.join(_row(str(name), one) for name, one in value.items())}</table>"
    if isinstance(value, list):
        is_plain = not isinstance(value[0], dict)
        return escape(", ".join(map(str, value))) if is_plain else "".join(map(_shown, value))
    return escape(value if isinstance(value, str) else json.dumps(value))


def _row(name: str, value: Any) -> str:
    words = escape(name.replace("_", " "))
    shown = f"<a href='{escape(value)}'>{escape(value)}</a>" if name == "file" else _shown(value)
    return f"<tr><th scope='row'>{words}</th><td>{shown}</td></tr>"
