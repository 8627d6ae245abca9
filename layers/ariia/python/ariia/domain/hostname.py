"""Domain names in the one form that mail systems and SES know."""

from __future__ import annotations

import re

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def punycode(domain: str) -> str:
    """The domain in lower-case punycode by IDNA 2008 with the mapping of UTS 46 (RFC 5891): by the older rules
    straße.de would become strasse.de, which may be somebody else's. ValueError for what is no domain of two labels or
    more (RFC 1035 lengths; an all-digit last label is an IP address)."""
    name = domain.lower() if domain.isascii() else _encoded(domain)
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("not a domain")
    return name


def _encoded(domain: str) -> str:
    import idna  # its tables are large, and the send path never needs them

    return idna.encode(domain, uts46=True).decode().lower()
