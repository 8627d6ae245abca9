"""What the world can call: routes, who may use them, and the two functions behind them."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk.aws_apigatewayv2 import HttpApi, HttpMethod, HttpNoneAuthorizer, HttpRoute, HttpRouteKey
from aws_cdk.aws_apigatewayv2_authorizers import HttpJwtAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.asynchronous import allow_invoking
from infra.constructs.layers import Layers
from infra.constructs.python_function import PythonFunction, Workshop
from infra.grants import allow_account_reading, allow_identity_management
from infra.stacks.automation import AutomationStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack


@dataclass(frozen=True)
class PublicRoute:
    """A route without an authorizer, and why it needs none."""

    method: HttpMethod
    path: str
    function: str
    reason: str

    @property
    def key(self) -> str:
        return f"{self.method.value} {self.path}"


PUBLIC_ROUTES = (
    PublicRoute(HttpMethod.GET, "/openapi.json", "api", "The description of the API holds no tenant's data."),
    PublicRoute(HttpMethod.GET, "/reference", "api", "The reference page shows the description of the API."),
    PublicRoute(HttpMethod.GET, "/u/{token}", "public_pages", "Members have no account; the link is signed."),
    PublicRoute(HttpMethod.HEAD, "/u/{token}", "public_pages", "Link scanners look so before they open a page."),
    PublicRoute(HttpMethod.POST, "/u/{token}", "public_pages", "RFC 8058: mail providers post without credentials."),
    PublicRoute(HttpMethod.GET, "/c/{token}", "public_pages", "Members have no account; the link is signed."),
    PublicRoute(HttpMethod.HEAD, "/c/{token}", "public_pages", "Link scanners look so before they open a page."),
    PublicRoute(HttpMethod.POST, "/c/{token}", "public_pages", "Members have no account; the link is signed."),
    PublicRoute(HttpMethod.GET, "/preferences/{token}", "public_pages", "Members have no account; the link is signed."),
    PublicRoute(HttpMethod.HEAD, "/preferences/{token}", "public_pages", "Link scanners look before they open a page."),
    PublicRoute(
        HttpMethod.POST, "/preferences/{token}", "public_pages", "Members have no account; the link is signed."
    ),
    PublicRoute(HttpMethod.GET, "/t/{token}", "public_pages", "An <img> sends no token; the address is signed."),
    PublicRoute(HttpMethod.HEAD, "/t/{token}", "public_pages", "Caches ask so whether their copy is good."),
    PublicRoute(HttpMethod.GET, "/v/{token}", "public_pages", "Members have no account; the link is signed."),
    PublicRoute(HttpMethod.HEAD, "/v/{token}", "public_pages", "Link scanners look so before they open a page."),
)


class ApiStack(Stack):
    """Everything under /v1 asks for a token; the rest says why not."""

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        data: DataStack,
        messaging: MessagingStack,
        automation: AutomationStack,
    ) -> None:
        super().__init__(scope, f"{config.prefix}-api")
        self._config, self._data, self._messaging, self._automation = config, data, messaging, automation
        self._workshop = Workshop(self, config, Layers(self))
        self.functions = {"api": self._api(), "public_pages": self._public_pages()}
        self._routes()

    def _api(self) -> PythonFunction:
        data, messaging, config = self._data, self._messaging, self._config
        campaign_run = self._automation.campaign_run
        function = PythonFunction(
            self._workshop,
            "api",
            timeout_seconds=29,
            memory_mb=1024,
            environment={
                "ARIIA_PUBLIC_BASE_URL": messaging.gateway.base_url,
                "ARIIA_CAMPAIGN_RUN_ARN": campaign_run.state_machine_arn,
                "ARIIA_UPLOADS_BUCKET": self._automation.uploads.bucket_name,
                "ARIIA_COUNT_AUDIENCE_ARN": self._automation.count_audience.function_arn,
                "ARIIA_RECOUNT_STATISTICS_ARN": self._automation.recount_statistics.function_arn,
                "ARIIA_JOB_CONCURRENCY": str(config.job_concurrency),
                "ARIIA_SIGNING_SECRET_ARN": data.signing_secret.secret_arn,
                "ARIIA_CONFIGURATION_SET": config.prefix,
                **self._automation.campaign_schedules.environment,
                **self._automation.revisits.environment,
                "ARIIA_EMAIL_QUEUE_URL": messaging.channels["email"].queue_url,
                "ARIIA_CHANNELS": ",".join(config.channels),
                "ARIIA_SES_USD_PER_1000": str(config.ses_usd_per_1000),
                "ARIIA_TENANT_CLAIM": config.identity.tenant_claim,
                "ARIIA_ROLES_CLAIM": config.identity.roles_claim,
            },
        )
        data.allow(function)
        data.allow_signing(function)
        messaging.channels["email"].grant(function, "sqs:SendMessage")
        campaign_run.grant_start_execution(function)
        self._automation.campaign_schedules.allow_scheduling(function, and_deleting=True)
        self._automation.revisits.allow_arranging(function, and_taking_back=True)
        self._allow_beginning_jobs(function)
        allow_identity_management(function)
        allow_account_reading(function)
        return function

    def _allow_beginning_jobs(self, function: PythonFunction) -> None:
        """Imports by upload, counts and recounts by invocation; and exports are downloaded."""
        automation = self._automation
        automation.uploads.allow_serving(function)
        allow_invoking(function, automation.count_audience.function_arn)
        allow_invoking(function, automation.recount_statistics.function_arn)

    def _public_pages(self) -> PythonFunction:
        data = self._data
        function = PythonFunction(
            self._workshop,
            "public_pages",
            timeout_seconds=10,
            memory_mb=512,
            reserved=self._config.reserved_public_pages,
            environment={
                "ARIIA_SIGNING_SECRET_ARN": data.signing_secret.secret_arn,
                "ARIIA_PUBLIC_BASE_URL": self._messaging.gateway.base_url,
                **self._automation.revisits.environment,
            },
        )
        # A member who comes back by the preference page may have to confirm it, and is asked a moment later.
        self._automation.revisits.allow_arranging(function)
        data.allow(function)
        data.allow_signing(function)
        return function

    def _routes(self) -> None:
        authorizer = HttpJwtAuthorizer("Tokens", self._issuer(), jwt_audience=self._audience())
        # By its id: routes, integrations and the authorizer then belong to this stack, not to the API's.
        api = HttpApi.from_http_api_attributes(self, "HttpApi", http_api_id=self._messaging.gateway.api_id)
        integrations = {name: HttpLambdaIntegration(name, function) for name, function in self.functions.items()}
        HttpRoute(
            self,
            "V1",
            http_api=api,
            route_key=HttpRouteKey.with_("/v1/{proxy+}", HttpMethod.ANY),
            integration=integrations["api"],
            authorizer=authorizer,
        )
        for public in PUBLIC_ROUTES:
            route = HttpRoute(
                self,
                public.key,
                http_api=api,
                route_key=HttpRouteKey.with_(public.path, public.method),
                integration=integrations[public.function],
                authorizer=HttpNoneAuthorizer(),
            )
            accept(route, {"APIG4": public.reason})

    def _issuer(self) -> str:
        users = self._data.users
        return users.issuer if users else str(self._config.identity.issuer)

    def _audience(self) -> list[str]:
        users = self._data.users
        if users is None:
            return list(self._config.identity.audience)
        return [users.client.user_pool_client_id]
