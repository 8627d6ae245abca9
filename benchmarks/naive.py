"""What one writes first: for each recipient a claim, a full render, a SendEmail and a confirmation, with boto3 as it
comes. The baseline that the send path is compared with, in the same run."""

from __future__ import annotations

import json
from typing import Any

import boto3
from jinja2.sandbox import SandboxedEnvironment

from .message import TENANT, content
from .stub.members import member_document, member_id
from .stub.tables import PREFIX

_TABLE = f"{PREFIX}-ledger"


class NaiveSender:
    """Three calls per recipient."""

    def __init__(self) -> None:
        self._dynamodb, self._ses = boto3.client("dynamodb"), boto3.client("sesv2")
        said = content()
        environment = SandboxedEnvironment(autoescape=True)
        self._said = said
        self._subject, self._html, self._text = map(environment.from_string, (said.subject, said.html, said.body))

    def send(self, number: int) -> None:
        """One recipient, from the queue message's JSON to the confirmed send."""
        member: dict[str, Any] = json.loads(json.dumps(member_document(TENANT, member_id(0, number))))
        key = {"ledger_key": {"S": f"{TENANT}#naive"}, "row": {"S": member["id"]}}
        self._mark(key, "claimed", "attribute_not_exists(send_state)")
        values = {**member["attributes"], "member": member, "tenant": self._said.tenant}
        values |= {"view_url": "https://mail.studio.example/v/1", "unsubscribe_url": "https://mail.studio.example/u/1"}
        answer = self._ses.send_email(
            FromEmailAddress=self._said.from_address,
            Destination={"ToAddresses": [member["email"]]},
            ConfigurationSetName="ariia-tracked",
            Content={"Simple": {"Subject": _data(self._subject.render(values)), "Body": self._body(values)}},
        )
        self._mark(key, answer["MessageId"], "send_state = :before", {":before": {"S": "claimed"}})

    def _body(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"Html": _data(self._html.render(values)), "Text": _data(self._text.render(values))}

    def _mark(self, key: dict[str, Any], state: str, condition: str, values: dict[str, Any] | None = None) -> None:
        self._dynamodb.update_item(
            TableName=_TABLE,
            Key=key,
            UpdateExpression="SET send_state = :state",
            ConditionExpression=condition,
            ExpressionAttributeValues={":state": {"S": state}, **(values or {})},
        )


def _data(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
