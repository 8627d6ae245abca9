"""Real tokens of the stage's own user pool."""

from __future__ import annotations

from typing import Any

from infra.local.ministack import Ministack

PASSWORD = "Laptop-only-1!"  # of users that live in memory for minutes


class Tokens:
    """Makes a user per role and tenant, as an administrator would, and signs it in."""

    def __init__(self, ministack: Ministack, pool_id: str, client_id: str) -> None:
        self._cognito: Any = ministack.session().client("cognito-idp", endpoint_url=ministack.endpoint)
        self._pool_id = pool_id
        self._client_id = client_id
        self._users: set[str] = set()

    def token(self, role: str, tenant_id: str) -> str:
        """A fresh id token of a user with that one role: only the id token carries `custom:tenant_id`."""
        user = f"{role}-{tenant_id}@users.example.com"
        if user not in self._users:
            self._make(user, role, tenant_id)
            self._users.add(user)
        answer = self._cognito.admin_initiate_auth(
            UserPoolId=self._pool_id,
            ClientId=self._client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        )
        token: str = answer["AuthenticationResult"]["IdToken"]
        return token

    def _make(self, user: str, role: str, tenant_id: str) -> None:
        self._cognito.admin_create_user(
            UserPoolId=self._pool_id,
            Username=user,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": user},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "custom:tenant_id", "Value": tenant_id},
            ],
        )
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool_id, Username=user, Password=PASSWORD, Permanent=True
        )
        self._cognito.admin_add_user_to_group(UserPoolId=self._pool_id, Username=user, GroupName=role)
