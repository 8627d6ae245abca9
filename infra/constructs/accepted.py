"""Findings of cdk-nag that are right about what they see and wrong about what it means here."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def accept(construct: IConstruct, findings: Mapping[str, str]) -> None:
    """Marks the AwsSolutions `findings` (rule, or `rule[finding]`, to the reason) on the construct as reviewed."""
    Validations.of(construct).acknowledge(
        *[Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason) for rule, reason in findings.items()]
    )
