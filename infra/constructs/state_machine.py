"""A state machine from its ASL file."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.log_group import log_group
from infra.constructs.python_function import PythonFunction
from infra.paths import STATE_MACHINES


class StateMachine(sfn.StateMachine):
    """`infra/state_machines/<name>.asl.json` with its substitutions; may start executions of itself."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        tasks: Mapping[str, PythonFunction],
        values: Mapping[str, str],
    ) -> None:
        full_name = f"{config.prefix}-{name.replace('_', '-')}"
        logs = log_group(scope, f"{_title(name)}Logs", config, f"/aws/vendedlogs/states/{full_name}")
        super().__init__(
            scope,
            _title(name),
            state_machine_name=full_name,
            definition_body=sfn.DefinitionBody.from_string(definition(name)),
            definition_substitutions={**{key: task.function_arn for key, task in tasks.items()}, **values},
            tracing_enabled=config.tracing,
            logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=False),
        )
        arns = [task.function_arn for task in tasks.values()]
        self.add_to_role_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=arns))
        self._allow_successors(full_name)
        accept(self, {"IAM5[Resource::*]": "The log delivery actions, and X-Ray's, know no resources."})
        if not config.tracing:
            accept(self, {"SF2": "This stage traces nothing."})

    def _allow_successors(self, full_name: str) -> None:
        arn = Stack.of(self).format_arn(
            service="states",
            resource="stateMachine",
            resource_name=full_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.add_to_role_policy(iam.PolicyStatement(actions=["states:StartExecution"], resources=[arn]))


def definition(name: str) -> str:
    """The ASL of the state machine `name`, in one line. Raises ValueError if it isn't JSON."""
    return json.dumps(json.loads((STATE_MACHINES / f"{name}.asl.json").read_text()))


def _title(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))
