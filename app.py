"""The CDK app: one stage of the five stacks, named by the context value `stage`."""

import aws_cdk as cdk

from infra.application import build
from infra.config import StageConfig

app = cdk.App(analytics_reporting=False)
build(app, StageConfig.from_context(app.node.try_get_context("stage"), app.node.try_get_context("stages")))
app.synth()
