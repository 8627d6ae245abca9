"""The only place where a Lambda function is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, IgnoreMode
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.layers import ARCHITECTURE, RUNTIME, Layers
from infra.constructs.log_group import log_group
from infra.paths import FUNCTIONS, ROOT


@dataclass(frozen=True)
class Workshop:
    """What all functions of one stack share."""

    scope: Construct
    config: StageConfig
    layers: Layers


class PythonFunction(lambda_.Function):
    """The folder `functions/<name>`, packaged with its path: the handler has one name here, in Lambda and in tests."""

    def __init__(
        self,
        workshop: Workshop,
        name: str,
        *,
        timeout_seconds: int,
        memory_mb: int,
        environment: Mapping[str, str] | None = None,
        suffix: str = "",
        may_invoke_itself: bool = False,
        reserved: int | None = None,
    ) -> None:
        config = workshop.config
        full_name = f"{config.prefix}-{name.replace('_', '-')}{suffix}"
        construct_id = "".join(part.title() for part in f"{name}{suffix.replace('-', '_')}".split("_"))
        logs = log_group(workshop.scope, f"{construct_id}Logs", config, f"/aws/lambda/{full_name}")
        super().__init__(
            workshop.scope,
            construct_id,
            function_name=full_name,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler=f"functions.{name}.handler.handler",
            code=_code(name),
            layers=[workshop.layers.dependencies, workshop.layers.ariia],
            role=_role(workshop.scope, construct_id),
            log_group=logs,
            timeout=Duration.seconds(timeout_seconds),
            memory_size=memory_mb,
            reserved_concurrent_executions=reserved,
            tracing=lambda_.Tracing.ACTIVE if config.tracing else lambda_.Tracing.DISABLED,
            environment={**_base_environment(config, name), **(environment or {})},
            # Otherwise Lambda ends a chain of invocations after about 16:
            # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
            recursive_loop=lambda_.RecursiveLoop.ALLOW if may_invoke_itself else None,
        )
        logs.grant_write(self)
        self.folder = name
        self.timeout_seconds = timeout_seconds
        _accept_findings(self, config)


def _role(scope: Construct, construct_id: str) -> iam.Role:
    principal = iam.ServicePrincipal("lambda.amazonaws.com")
    return iam.Role(scope, f"{construct_id}Role", assumed_by=principal)


def _code(name: str) -> lambda_.Code:
    if not (FUNCTIONS / name / "handler.py").is_file():
        raise FileNotFoundError(f"functions/{name}/handler.py does not exist")
    inside = f"functions/{name}"
    return lambda_.Code.from_asset(
        str(ROOT),
        exclude=["*", "!functions", "!functions/__init__.py", f"!{inside}", f"!{inside}/**", "__pycache__"],
        ignore_mode=IgnoreMode.GIT,
    )


def _base_environment(config: StageConfig, name: str) -> dict[str, str]:
    environment = {
        "ARIIA_STAGE": config.stage,
        "ARIIA_TABLE_PREFIX": config.prefix,
        "ARIIA_SHARDS": str(config.shards),
        "LOG_LEVEL": "INFO",
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_METRICS_NAMESPACE": "ariia",
    }
    if not config.tracing:
        environment["POWERTOOLS_TRACE_DISABLED"] = "true"
    return environment


def _accept_findings(function: PythonFunction, config: StageConfig) -> None:
    accept(function, {"L1": "3.13 is the version that the dependency layer's wheels and byte code are made for."})
    if config.tracing and function.role is not None:
        accept(
            function.role,
            {"IAM5[Resource::*]": "X-Ray's PutTraceSegments and PutTelemetryRecords know no resources."},
        )
