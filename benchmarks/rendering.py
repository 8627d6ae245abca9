"""Rendering: slots against the whole message, and what travels for each recipient."""

from __future__ import annotations

import json
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.content.sandbox.meter import bounded
from ariia.domain.content.slots.compiled import compile_content
from ariia.domain.documents import decode
from ariia.domain.members.member import Member
from ariia.domain.sending.message import MessageLinks, MessageValues

from .measuring import cpu_per_call
from .message import TENANT, campaign, content
from .stub.members import member_document, member_id

_RECIPIENTS = 50


def measure() -> dict[str, Any]:
    """CPU is per recipient; bytes are those of the JSON for one recipient of a full call of 50."""
    with bounded():
        return _measured()


def _measured() -> dict[str, Any]:
    said, made = content(), campaign()
    compiled = compile_content(said.subject, said.html, said.body)
    values, links = MessageValues(made, said), MessageLinks("https://mail.studio.example", b"k" * 32)
    member = decode(Member, member_document(TENANT, member_id(3, 17)))

    def variables() -> dict[str, Any]:
        return values.of(member, links.of(made, member.id, "l0", Channel.EMAIL))

    known = variables()
    whole = compiled.full_render(known)
    static = len(json.dumps(vars(compiled.skeleton)))
    return {
        "slots_cpu_us": round(1e6 * cpu_per_call(lambda: compiled.render(known), 500), 1),
        "full_cpu_us": round(1e6 * cpu_per_call(lambda: compiled.full_render(known), 500), 1),
        "values_and_links_cpu_us": round(1e6 * cpu_per_call(variables, 500), 1),
        "compile_cpu_ms": round(1e3 * cpu_per_call(lambda: compile_content(said.subject, said.html, said.body), 10), 1),
        "slots_bytes_per_recipient": compiled.render(known).size + static // _RECIPIENTS,
        "full_bytes_per_recipient": len(json.dumps(vars(whole))),
    }
