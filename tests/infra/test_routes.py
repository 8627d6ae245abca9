from __future__ import annotations

from infra.stacks.api import PUBLIC_ROUTES

from .templates import Templates

ROUTES = "AWS::ApiGatewayV2::Route"


def test_every_route_asks_for_a_token_or_says_why_not(stage: Templates) -> None:
    reasons = {route.key: route.reason for route in PUBLIC_ROUTES}
    for route in stage.resources(ROUTES):
        key = route.properties["RouteKey"]
        if route.properties.get("AuthorizationType") == "JWT":
            assert stage.resource(route.properties["AuthorizerId"], route.stack).properties["AuthorizerType"] == "JWT"
            assert key not in reasons
        else:
            assert len(reasons[key]) > 20, key


def test_every_reason_belongs_to_a_route(stage: Templates) -> None:
    keys = {route.properties["RouteKey"] for route in stage.resources(ROUTES)}
    assert {route.key for route in PUBLIC_ROUTES} <= keys


def test_everything_under_v1_asks_for_a_token(stage: Templates) -> None:
    [route] = [one for one in stage.resources(ROUTES) if "/v1/" in one.properties["RouteKey"]]
    assert route.properties["RouteKey"] == "ANY /v1/{proxy+}"
    assert route.properties["AuthorizationType"] == "JWT"


def test_a_get_of_an_unsubscribe_link_and_its_post_reach_the_public_pages(stage: Templates) -> None:
    for key in ("GET /u/{token}", "POST /u/{token}", "GET /v/{token}"):
        [route] = [one for one in stage.resources(ROUTES) if one.properties["RouteKey"] == key]
        _, integration = route.properties["Target"]["Fn::Join"][1]
        uri = stage.resource(integration, route.stack).properties["IntegrationUri"]
        function = stage.resource(uri, route.stack)
        assert function.properties["Handler"] == "functions.public_pages.handler.handler"


def test_tokens_of_another_client_are_refused(stage: Templates) -> None:
    [authorizer] = stage.resources("AWS::ApiGatewayV2::Authorizer")
    [audience] = authorizer.properties["JwtConfiguration"]["Audience"]
    assert stage.resource(audience, authorizer.stack).body["Type"] == "AWS::Cognito::UserPoolClient"


def test_paths_with_members_tokens_stay_out_of_the_access_log(stage: Templates) -> None:
    [gateway] = stage.resources("AWS::ApiGatewayV2::Stage")
    log_format = gateway.properties["AccessLogSettings"]["Format"]
    assert "$context.requestId" in log_format
    assert "$context.path" not in log_format


def test_requests_are_throttled(stage: Templates) -> None:
    [gateway] = stage.resources("AWS::ApiGatewayV2::Stage")
    assert gateway.properties["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0


def test_browsers_are_let_in_only_where_the_stage_names_them(production: Templates, laptop: Templates) -> None:
    [closed], [opened] = (one.resources("AWS::ApiGatewayV2::Api") for one in (production, laptop))
    assert "CorsConfiguration" not in closed.properties
    assert "authorization" in opened.properties["CorsConfiguration"]["AllowHeaders"]
    [closed_bucket], [opened_bucket] = (one.resources("AWS::S3::Bucket") for one in (production, laptop))
    assert "CorsConfiguration" not in closed_bucket.properties
    assert opened_bucket.properties["CorsConfiguration"]["CorsRules"][0]["AllowedMethods"] == ["PUT"]
