"""A DynamoDB table made from its PynamoDB model, so that store and stack can't disagree."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk.aws_iam import IGrantable
from constructs import Construct
from pynamodb.attributes import Attribute, TTLAttribute
from pynamodb.models import Model

from ariia.adapters.dynamodb.models import logical_name
from ariia.adapters.dynamodb.names import physical
from infra.config import StageConfig
from infra.constructs.log_group import removal_policy

_TYPES = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER, "B": dynamodb.AttributeType.BINARY}


class Table(dynamodb.Table):
    """On demand; recoverable to any second of the last 35 days where the stage keeps its data."""

    def __init__(self, scope: Construct, config: StageConfig, model: type[Model]) -> None:
        name = logical_name(model)
        view = getattr(model.Meta, "stream_view_type", None)
        super().__init__(
            scope,
            "".join(part.title() for part in name.split("-")),
            table_name=physical(config.prefix, name),
            partition_key=_key(model, "is_hash_key"),
            sort_key=_key(model, "is_range_key") if _has_range_key(model) else None,
            time_to_live_attribute=_expiry(model),
            stream=dynamodb.StreamViewType[view] if view else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=config.retain_data
            ),
            deletion_protection=config.deletion_protection,
            removal_policy=removal_policy(config),
        )

    def allow(self, user: IGrantable, operations: str) -> None:
        """These operations, separated by spaces."""
        self.grant(user, *[f"dynamodb:{one}" for one in operations.split()])


def _attributes(model: type[Model]) -> list[Attribute[object]]:
    return list(model.get_attributes().values())


def _has_range_key(model: type[Model]) -> bool:
    return any(attribute.is_range_key for attribute in _attributes(model))


def _key(model: type[Model], role: str) -> dynamodb.Attribute:
    key = next(attribute for attribute in _attributes(model) if getattr(attribute, role))
    return dynamodb.Attribute(name=key.attr_name, type=_TYPES[key.attr_type])


def _expiry(model: type[Model]) -> str | None:
    return next((one.attr_name for one in _attributes(model) if isinstance(one, TTLAttribute)), None)
