"""Characters that no message can carry."""

from __future__ import annotations

import re

# XML 1.0, section 2.2, and every mail client: controls other than tab and line breaks are no text. Lone surrogates
# have no UTF-8 form, so they could be neither stored nor sent.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
