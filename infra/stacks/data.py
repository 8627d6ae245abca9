"""What must outlive everything else: tables, users, the key that signs links."""

from __future__ import annotations

from aws_cdk import ArnFormat, CfnOutput, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from ariia.adapters.dynamodb.models import TABLES, LedgerModel
from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.log_group import removal_policy
from infra.constructs.python_function import PythonFunction
from infra.constructs.table import Table
from infra.constructs.user_pool import UserPool
from infra.table_grants import TABLE_GRANTS


class DataStack(Stack):
    """Kept, protected and recoverable in a stage that retains its data."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        super().__init__(scope, f"{config.prefix}-data", termination_protection=config.deletion_protection)
        self._config = config
        self._signing_name = f"{config.prefix}-signing"
        self._tables = {model: Table(self, config, model) for model in TABLES}
        self.signing_secret = secretsmanager.Secret(
            self,
            "SigningSecret",
            secret_name=self._signing_name,
            description="Signs unsubscribe and view-online links",
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=removal_policy(config),
        )
        # Always there: a deployment that no longer imports it reaches this stack before the one that did.
        self.export_value(self._tables[LedgerModel].table_stream_arn)
        accept(self.signing_secret, {"SMG4": "A new key would break the unsubscribe links of every message sent."})
        self.users = UserPool(self, config) if config.identity.issuer is None else None
        if self.users:
            CfnOutput(self, "UserPoolId", value=self.users.user_pool_id)
            CfnOutput(self, "UserPoolClientId", value=self.users.client.user_pool_client_id)
        if not config.retain_data:
            for table in self._tables.values():
                accept(table, {"DDB3": "This stage's data is not kept; the stages that keep theirs are recoverable."})

    def allow(self, function: PythonFunction) -> None:
        """What TABLE_GRANTS says."""
        for model, operations in TABLE_GRANTS[function.folder].items():
            self._tables[model].allow(function, operations)

    def allow_signing(self, function: PythonFunction) -> None:
        """To read the key of links, by the pattern of its ARN: Secrets Manager adds six characters to the name."""
        arn = self.format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{self._signing_name}-??????",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        function.add_to_role_policy(iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[arn]))

    def ledger_stream(self) -> dynamodb.ITable:
        """The ledger as the event source of its stream: that of the stage's `ledger_stream` where it has one, as a
        restored table has another stream, and an export that is in use can't change its value."""
        ledger, given = self._tables[LedgerModel], self._config.ledger_stream
        if given is None:
            return ledger
        return dynamodb.Table.from_table_attributes(
            self, "RestoredLedger", table_arn=ledger.table_arn, table_stream_arn=given
        )
