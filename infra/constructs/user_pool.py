"""Who may call the API: an own Cognito user pool, for stages that bring no identity provider."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.log_group import removal_policy

ROLES = ("viewer", "editor", "approver", "admin", "agent", "connector", "platform")


class UserPool(cognito.UserPool):
    """Users are made by an administrator, who gives each its tenant once and for all; roles are groups."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        super().__init__(
            scope,
            "Users",
            user_pool_name=f"{config.prefix}-users",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            custom_attributes={"tenant_id": cognito.StringAttribute(min_len=1, max_len=64, mutable=False)},
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
                temp_password_validity=Duration.days(3),
            ),
            deletion_protection=config.deletion_protection,
            removal_policy=removal_policy(config),
        )
        for role in ROLES:
            cognito.CfnUserPoolGroup(self, role.title(), user_pool_id=self.user_pool_id, group_name=role)
        self.client = self._client(config)
        self._accept_findings()

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens."""
        return f"https://cognito-idp.{Aws.REGION}.amazonaws.com/{self.user_pool_id}"

    def _client(self, config: StageConfig) -> cognito.UserPoolClient:
        """Users can't write their tenant: the client may write names only."""
        return self.add_client(
            "Client",
            user_pool_client_name=f"{config.prefix}-api",
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            id_token_validity=Duration.hours(1),
            access_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
            prevent_user_existence_errors=True,
            disable_o_auth=True,
            write_attributes=cognito.ClientAttributes().with_standard_attributes(given_name=True, family_name=True),
        )

    def _accept_findings(self) -> None:
        accept(
            self,
            {
                "COG2": "Offered, not forced: agents of the customer sign in without a person at hand.",
                "COG8": "The plus plan costs per user; who wants its threat protection brings an issuer or that plan.",
            },
        )
