"""No test reaches an account: fake credentials, a fixed region, no metadata service."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_TRACE_DISABLED="true",
)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)

# One run of the whole suite stays short and its verdict does not depend on the machine's speed.
settings.register_profile("suite", max_examples=100, deadline=None, derandomize=True)
settings.load_profile("suite")
