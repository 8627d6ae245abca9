"""What AWS's services do in the name of a role by themselves, as the templates tell them to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ariia.adapters.aws.schedules import REVISIT_FUNCTIONS
from infra.constructs.state_machine import definition
from tests.infra.templates import Resource, Templates

from .arns import ACCOUNT, REGION, arn_of, text_of
from .needs import Need
from .resources import ANY

# https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-permissions.html (services-sqs-configure)
_POLLS_QUEUES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
# https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html#events-dynamodb-permissions
_POLLS_STREAMS = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
_TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html#xray-iam
_SAMPLES = ("xray:GetSamplingRules", "xray:GetSamplingTargets")
# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
_DELIVERS_LOGS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)


class Services:
    """Of one stage."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def needs(self, role: Resource) -> set[Need]:
        """What Lambda, Step Functions and Scheduler do as `role`."""
        found: set[Need] = set()
        for kind, look in (
            ("AWS::Lambda::Function", self._of_function),
            ("AWS::StepFunctions::StateMachine", self._of_machine),
            ("AWS::Scheduler::Schedule", self._of_schedule),
        ):
            for one in self._templates.resources(kind):
                found |= set(look(one, role))
        return found | {need for settings in self._environments() for need in self._of_group(settings, role)}

    def _is(self, value: Any, stack: str, role: Resource) -> bool:
        return self._templates.resolve(value, stack) == (role.stack, role.logical_id)

    def _text(self, value: Any, stack: str) -> str:
        return text_of(self._templates, value, stack)

    def _of_function(self, function: Resource, role: Resource) -> Iterator[Need]:
        properties, stack = function.properties, function.stack
        if not self._is(properties["Role"], stack, role):
            return
        group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{properties['FunctionName']}"
        yield from (Need(f"logs:{one}", f"{group}:log-stream:{ANY}") for one in ("CreateLogStream", "PutLogEvents"))
        if properties.get("TracingConfig", {}).get("Mode") == "Active":
            yield from (Need(one, "*") for one in _TRACES)
        for source in self._belonging_to(function, "AWS::Lambda::EventSourceMapping"):
            yield from self._of_source(source)
        for config in self._belonging_to(function, "AWS::Lambda::EventInvokeConfig"):
            yield from self._of_failures(config)

    def _belonging_to(self, function: Resource, kind: str) -> Iterator[Resource]:
        for one in self._templates.resources(kind):
            if self._templates.resource(one.properties["FunctionName"], one.stack) == function:
                yield one

    def _of_source(self, source: Resource) -> Iterator[Need]:
        arn = self._text(source.properties["EventSourceArn"], source.stack)
        if ":sqs:" in arn:
            yield from (Need(one, arn) for one in _POLLS_QUEUES)
        else:
            yield from (Need(one, arn) for one in _POLLS_STREAMS)
            yield Need("dynamodb:ListStreams", "*")
        yield from self._of_failures(source)

    def _of_failures(self, config: Resource) -> Iterator[Need]:
        failed = config.properties.get("DestinationConfig", {}).get("OnFailure")
        if failed:
            yield Need("sqs:SendMessage", self._text(failed["Destination"], config.stack))

    def _of_machine(self, machine: Resource, role: Resource) -> Iterator[Need]:
        properties, stack = machine.properties, machine.stack
        if not self._is(properties["RoleArn"], stack, role):
            return
        yield from self._of_tasks(json.loads(definition("campaign_run")), machine)
        if "LoggingConfiguration" in properties:
            yield from (Need(one, "*") for one in _DELIVERS_LOGS)
        if properties.get("TracingConfiguration", {}).get("Enabled"):
            yield from (Need(one, "*") for one in (*_TRACES, *_SAMPLES))

    def _of_tasks(self, part: Any, machine: Resource) -> Iterator[Need]:
        """Of every task anywhere inside of a definition."""
        if isinstance(part, dict) and part.get("Type") == "Task":
            yield self._of_task(part, machine)
        inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        for one in inside:
            yield from self._of_tasks(one, machine)

    def _of_task(self, task: dict[str, Any], machine: Resource) -> Need:
        given = task["Arguments"]
        if task["Resource"] == "arn:aws:states:::lambda:invoke":
            name = given["FunctionName"].removeprefix("${").removesuffix("}")
            value = machine.properties["DefinitionSubstitutions"][name]
            return Need("lambda:InvokeFunction", self._text(value, machine.stack))
        assert task["Resource"] == "arn:aws:states:::states:startExecution", task["Resource"]
        assert given["StateMachineArn"] == "{% $states.context.StateMachine.Id %}", given
        return Need("states:StartExecution", self._text({"Ref": machine.logical_id}, machine.stack))

    def _of_schedule(self, schedule: Resource, role: Resource) -> Iterator[Need]:
        target = schedule.properties["Target"]
        if self._is(target["RoleArn"], schedule.stack, role):
            yield _starting(self._text(target["Arn"], schedule.stack))

    def _environments(self) -> Iterator[dict[str, str]]:
        for one in self._templates.resources("AWS::Lambda::Function"):
            variables = one.properties["Environment"]["Variables"]
            yield {name: self._text(value, one.stack) for name, value in variables.items()}

    def _of_group(self, settings: dict[str, str], role: Resource) -> Iterator[Need]:
        """Schedules that functions make, of what they are told to make them with."""
        for name, value in settings.items():
            if name.endswith("_ROLE_ARN") and value == arn_of(self._templates, role):
                group = name.removesuffix("_ROLE_ARN")
                yield Need("sqs:SendMessage", settings[f"{group}_DLQ_ARN"])
                yield from map(_starting, _started(group, settings))


def _started(group: str, settings: dict[str, str]) -> list[str]:
    """What schedules of this group start: the functions of all kinds of revisits, or runs of campaigns."""
    functions = settings.get(f"{group}_FUNCTIONS_ARN")
    if functions is None:
        return [settings["ARIIA_CAMPAIGN_RUN_ARN"]]
    return [functions + name.replace("_", "-") for name in set(REVISIT_FUNCTIONS.values())]


def _starting(arn: str) -> Need:
    return Need("states:StartExecution" if ":states:" in arn else "lambda:InvokeFunction", arn)
