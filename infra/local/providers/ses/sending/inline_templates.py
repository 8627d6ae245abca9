"""What SES takes as an inline template: simple substitutions and nothing else.

Helpers (`{{#if}}`), dotted names and names with an underscore, which stored templates may have, are answered with
"BadRequestException: Template contains unsupported operations." (aws/aws-sdk-js-v3#6657)."""

from __future__ import annotations

import re

from infra.local.providers.ses.errors import bad_request
from infra.local.providers.ses.sending.message import Content

_NAME = re.compile(r"[A-Za-z0-9]+\Z")


def check_template(content: Content) -> None:
    """Raises BadRequestException for a template with more than `{{name}}`, each of ASCII letters and digits."""
    if content.templated and not all(_NAME.match(name) for name in content.names):
        raise bad_request("Template contains unsupported operations.")
