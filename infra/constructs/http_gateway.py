"""The HTTP API as an address: made before its routes, as messages that leave carry links to it."""

from __future__ import annotations

import json
from typing import ClassVar

import jsii
from aws_cdk import CfnParameter, Duration
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk.aws_apigateway import AccessLogFormat
from aws_cdk.aws_apigatewayv2 import CorsHttpMethod, CorsPreflightOptions, HttpApi, HttpStage
from aws_cdk.aws_certificatemanager import Certificate
from constructs import Construct

from infra.config import DomainConfig, StageConfig
from infra.constructs.log_group import log_group

LAPTOP_ENDPOINT = "LaptopEndpoint"
STEADY_REQUESTS_PER_SECOND = 200
BURST_REQUESTS = 400


class HttpGateway(HttpApi):
    """Its default stage logs who asked for what, and slows down who asks too much. `base_url` has no final slash."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        super().__init__(
            scope,
            "HttpApi",
            api_name=f"{config.prefix}-api",
            create_default_stage=False,
            cors_preflight=_cors(config),
            disable_execute_api_endpoint=config.domain is not None,
        )
        HttpStage(
            self,
            "Stage",
            http_api=self,
            stage_name="$default",
            auto_deploy=True,
            throttle=gateway.ThrottleSettings(rate_limit=STEADY_REQUESTS_PER_SECOND, burst_limit=BURST_REQUESTS),
            access_log_settings=AccessLog(self, config),
            domain_mapping=_domain(self, config.domain) if config.domain else None,
        )
        self.base_url = self._base_url(config)

    def _base_url(self, config: StageConfig) -> str:
        if config.domain:
            return f"https://{config.domain.name}"
        if config.laptop:
            # The emulator serves all APIs of all stages under one address that is known when it has started.
            endpoint = CfnParameter(self, LAPTOP_ENDPOINT, type="String", default="http://127.0.0.1:4566")
            endpoint.override_logical_id(LAPTOP_ENDPOINT)
            return f"{endpoint.value_as_string}/_aws/execute-api/{self.api_id}"
        return self.api_endpoint


def _cors(config: StageConfig) -> CorsPreflightOptions | None:
    if not config.browser_origins:
        return None
    return CorsPreflightOptions(
        allow_origins=list(config.browser_origins),
        allow_methods=[CorsHttpMethod.ANY],
        allow_headers=["authorization", "content-type", "idempotency-key", "if-match"],
        expose_headers=["etag", "location", "retry-after"],
        max_age=Duration.hours(1),
    )


@jsii.implements(gateway.IAccessLogSettings)
class AccessLog:
    """One JSON line per request. It has the route and not the path: paths of public pages hold members' tokens."""

    _FIELDS: ClassVar[dict[str, str]] = {
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "route": "$context.routeKey",
        "status": "$context.status",
        "bytes": "$context.responseLength",
        "milliseconds": "$context.responseLatency",
        "ip": "$context.identity.sourceIp",
        "subject": "$context.authorizer.claims.sub",
        "error": "$context.authorizer.error",
        "integrationError": "$context.integrationErrorMessage",
    }

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        logs = log_group(scope, "AccessLogs", config, f"/aws/apigateway/{config.prefix}-api")
        self._destination = gateway.LogGroupLogDestination(logs)

    @property
    def destination(self) -> gateway.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> AccessLogFormat:
        return AccessLogFormat.custom(json.dumps(self._FIELDS))


def _domain(scope: Construct, domain: DomainConfig) -> gateway.DomainMappingOptions:
    certificate = Certificate.from_certificate_arn(scope, "Certificate", domain.certificate_arn)
    name = gateway.DomainName(scope, "Domain", domain_name=domain.name, certificate=certificate)
    return gateway.DomainMappingOptions(domain_name=name)
