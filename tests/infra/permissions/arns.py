"""What a template's values will be once it is deployed."""

from __future__ import annotations

from typing import Any

from tests.infra.templates import Resource, Templates

REGION, ACCOUNT, PARTITION = "eu-central-1", "111122223333", "aws"
_PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": PARTITION,
    "AWS::URLSuffix": "amazonaws.com",
}
# CloudFormation type: the property that names it (None: CloudFormation invents the name), and the ARN it then has.
_ARNS: dict[str, tuple[str | None, str]] = {
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{region}:{account}:{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{region}:{account}:{name}"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{region}:{account}:function:{name}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "arn:aws:states:{region}:{account}:stateMachine:{name}"),
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{name}"),
    "AWS::IAM::Role": (None, "arn:aws:iam::{account}:role/{name}"),
    "AWS::SecretsManager::Secret": ("Name", "arn:aws:secretsmanager:{region}:{account}:secret:{name}-AbCdEf"),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{region}:{account}:log-group:{name}:*"),
}
_REF_IS_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::SecretsManager::Secret"}


def text_of(templates: Templates, value: Any, stack: str) -> str:
    """The text that `value`, seen in `stack`, becomes. Raises AssertionError for what this page does not know."""
    match value:
        case str() | int() | float():
            return str(value)
        case {"Ref": name} if name in _PSEUDO:
            return _PSEUDO[name]
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text_of(templates, part, stack) for part in parts)
        case {"Fn::GetAtt": [_, attribute]}:
            return _attribute(templates, templates.resource(value, stack), attribute)
        case {"Fn::ImportValue": export}:
            return text_of(templates, *templates.exported(export))
        case {"Ref": _}:
            return _reference(templates, templates.resource(value, stack))
    raise AssertionError(f"{value!r} is not known here")


def arn_of(templates: Templates, resource: Resource) -> str:
    """The ARN of a resource."""
    assert resource.body["Type"] in _ARNS, resource.body["Type"]
    return _ARNS[resource.body["Type"]][1].format(region=REGION, account=ACCOUNT, name=_name(templates, resource))


def _name(templates: Templates, resource: Resource) -> str:
    named_by = _ARNS[resource.body["Type"]][0]
    if named_by is None:
        return f"{resource.stack}-{resource.logical_id}"
    return text_of(templates, resource.properties[named_by], resource.stack)


def _attribute(templates: Templates, resource: Resource, attribute: str) -> str:
    match attribute:
        case "Arn":
            return arn_of(templates, resource)
        case "StreamArn":
            return f"{arn_of(templates, resource)}/stream/2026-01-01T00:00:00.000"
        case "QueueName":
            return _name(templates, resource)
        case "ApiEndpoint":
            return f"https://{resource.logical_id.lower()}.execute-api.{REGION}.amazonaws.com"
    raise AssertionError(f"{resource.logical_id}.{attribute} is not known here")


def _reference(templates: Templates, resource: Resource) -> str:
    kind = resource.body["Type"]
    if kind == "AWS::SQS::Queue":
        return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{_name(templates, resource)}"
    if kind in _REF_IS_ARN:
        return arn_of(templates, resource)
    return _name(templates, resource) if kind in _ARNS else resource.logical_id
