"""Where each simulated provider is found on the server. Another one gets a folder of its own and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from infra.local.providers.inbox.control import answer_control
from infra.local.providers.inbox.pages import answer_page
from infra.local.providers.server.http import Answer
from infra.local.providers.ses.protocol import answer_ses
from infra.local.providers.ses.simulator import Simulator


def mounts_of(ses: Simulator) -> Mapping[str, Answer]:
    """What answers, by the prefix of the path."""
    return {
        "/v2/": partial(answer_ses, ses),
        "/control": partial(answer_control, ses),
        "/": partial(answer_page, ses),
    }
