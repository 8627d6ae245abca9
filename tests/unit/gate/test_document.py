"""What the OpenAPI document keeps to for the generators of clients, whatever is added to it."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from ariia.domain.audience.filters.schema import filter_schema
from functions.api.reference.components.enumerations import name_enumerations
from functions.api.reference.components.names import with_short_names
from functions.api.reference.components.schemas import of_document, tidy
from functions.api.reference.openapi import document as document_of

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    made: Json = json.loads(document_of("https://campaigns.studio.test"))
    return made


@pytest.fixture(scope="module")
def schemas(document: Json) -> dict[str, Json]:
    components: dict[str, Json] = document["components"]["schemas"]
    return components


def references(whole: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(whole)))


def responses(document: Json) -> Iterator[tuple[str, str, Json]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                name = response.get("$ref", "").rpartition("/")[2]
                yield operation["operationId"], status, document["components"]["responses"].get(name, response)


def test_references_are_to_components_and_to_nothing_inside_them(document: Json) -> None:
    found = references(document)
    assert found
    assert [one for one in found if not re.fullmatch(r"#/components/(schemas|responses)/[A-Za-z-]+", one)] == []
    assert not any("$defs" in one for _, one in of_document(document))


def test_every_component_is_used(document: Json) -> None:
    known = {
        f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in document["components"][kind]
    }
    assert known - references(document) == set()


def test_a_schema_is_titled_as_it_is_called_and_its_properties_are_not(schemas: dict[str, Json]) -> None:
    assert {name: schema["title"] for name, schema in schemas.items()} == {name: name for name in schemas}
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []
    titled = [
        name for name, schema in schemas.items() for one in schema.get("properties", {}).values() if "title" in one
    ]
    assert titled == []


def test_no_enumeration_stands_in_the_document_twice(document: Json) -> None:
    found = Counter(frozenset(one["enum"]) for _, one in of_document(document) if "enum" in one)
    assert {tuple(sorted(values)): count for values, count in found.items() if count > 1} == {}


def test_enumerations_of_the_engine_are_called_as_there(document: Json, schemas: dict[str, Json]) -> None:
    for name in ("Channel", "CampaignStatus", "TargetType", "RecipientStatus", "ConsentStatus", "Plan"):
        assert schemas[name]["type"] == "string", name
    draft, summary = schemas["CampaignDraft"]["properties"], schemas["CampaignSummary"]["properties"]
    assert draft["target_type"]["$ref"] == summary["target_type"]["$ref"] == "#/components/schemas/TargetType"
    assert draft["target_type"]["description"] == "Left out: `all_members`."
    status = next(one for one in document["paths"]["/v1/campaigns"]["get"]["parameters"] if one["name"] == "status")
    assert status["schema"] == {"$ref": "#/components/schemas/CampaignStatus"}


def test_limits_of_whole_numbers_are_whole(document: Json) -> None:
    limits = [
        (name, limit)
        for name, schema in of_document(document)
        for limit in (schema.get("minimum"), schema.get("maximum"))
        if schema.get("type") == "integer" and limit is not None
    ]
    assert limits
    assert [one for one in limits if not isinstance(one[1], int)] == []


def test_an_example_of_a_parameter_fits_it(document: Json, schemas: dict[str, Json]) -> None:
    examples = [
        (one["example"], one["schema"])
        for methods in document["paths"].values()
        for operation in methods.values()
        for one in operation.get("parameters", ())
        if one["in"] == "path"
    ]
    assert "email" in [example for example, _ in examples]
    for example, schema in examples:
        rooted = {**schema, "components": {"schemas": schemas}}
        assert Draft202012Validator(rooted).is_valid(example), (example, schema)


def test_a_401_is_the_gateways_own_message_and_other_refusals_are_problems(document: Json) -> None:
    for operation, status, response in responses(document):
        if status == "401":
            assert [*response["content"]] == ["application/json"], operation
            assert response["content"]["application/json"]["example"] == {"message": "Unauthorized"}
        elif status >= "400":
            assert next(iter(response["content"])) == "application/problem+json", (operation, status)


def test_where_the_gateway_may_answer_instead_of_the_api_both_are_described(document: Json) -> None:
    either = {status for _, status, response in responses(document) if len(response.get("content", ())) == 2}
    assert either == {"413", "429", "500", "503"}


def test_everybody_may_be_told_to_slow_down(document: Json) -> None:
    told = {operation for operation, status, _ in responses(document) if status == "429"}
    assert told == {operation for operation, _, _ in responses(document)}


def test_what_an_answer_has_is_required_and_what_a_request_may_leave_out_is_not(schemas: dict[str, Json]) -> None:
    assert schemas["MemberViewPage"]["required"] == ["items", "next_cursor"]
    assert "method" in schemas["UploadView"]["required"]
    assert schemas["ImportDraft"]["required"] == ["format"]


def test_a_filter_refers_to_itself_and_takes_what_the_engines_own_schema_takes(schemas: dict[str, Json]) -> None:
    described = {"$ref": "#/components/schemas/SegmentFilter", "components": {"schemas": schemas}}
    ours, engines = Draft202012Validator(described), Draft202012Validator(filter_schema())
    tag: Json = {"field": "tags", "op": "contains", "value": "trial"}
    for filter_json, is_one in (
        (tag, True),
        ({"all": [tag, {"not": {"any": [tag]}}]}, True),
        ({"field": "attributes.visits", "op": "gte", "value": 3}, True),
        ({"field": "last_opened_at", "op": "within_last", "value": 90}, True),
        ({"field": "consent.email.status", "op": "in", "value": ["granted", "pending"]}, True),
        ({"field": "tags", "op": "gt", "value": 3}, False),
        ({"all": []}, False),
        ({"all": [tag], "any": [tag]}, False),
        ({}, False),
    ):
        assert ours.is_valid(filter_json) is engines.is_valid(filter_json) is is_one, filter_json
    assert schemas["SegmentDraft"]["properties"]["filter_json"]["anyOf"][1] == {"$ref": "#/components/schemas/NoFilter"}


def a_document(**schemas: Json) -> Json:
    return {"paths": {}, "components": {"schemas": copy.deepcopy(schemas)}}


def test_an_enumeration_that_nobody_listed_is_named_for_its_property() -> None:
    colour: Json = {"type": "string", "enum": ["red", "blue"]}
    described = a_document(
        A={"properties": {"hair_colour": colour}},
        B={"properties": {"hair_colour": {"anyOf": [colour, {"type": "null"}]}}},
    )
    name_enumerations(described)
    schemas = described["components"]["schemas"]
    assert schemas["A"]["properties"]["hair_colour"] == {"$ref": "#/components/schemas/HairColour"}
    assert schemas["B"]["properties"]["hair_colour"]["anyOf"][0] == {"$ref": "#/components/schemas/HairColour"}
    assert schemas["HairColour"] == {"title": "HairColour", **colour}


def test_an_enumeration_that_would_take_the_name_of_another_is_refused() -> None:
    described = a_document(
        A={"properties": {"level": {"enum": ["a", "b"]}, "x": {"properties": {"level": {"enum": ["a", "b"]}}}}},
        B={"properties": {"level": {"enum": ["c"]}, "x": {"properties": {"level": {"enum": ["c"]}}}}},
    )
    with pytest.raises(ValueError, match="Level is another's"):
        name_enumerations(described)


def test_names_are_short_and_say_the_module_where_two_are_alike() -> None:
    long = "functions__api__schemas__{}__FindingView"
    page = {"properties": {"items": {"items": {"$ref": f"#/components/schemas/{long.format('preflight')}"}}}}
    described = a_document(
        **{"Page_MemberView_": {}, long.format("preflight"): {}, long.format("campaign_views"): {}, "Page_X_": page}
    )
    renamed = with_short_names(described)["components"]["schemas"]
    assert [*renamed] == ["MemberViewPage", "PreflightFindingView", "CampaignViewsFindingView", "XPage"]
    assert references(renamed) == {"#/components/schemas/PreflightFindingView"}


def test_a_property_called_title_stays() -> None:
    schema: Json = {
        "title": "T",
        "properties": {"title": {"title": "Title", "maximum": 3.0, "default": {"title": 1.0}}},
    }
    tidy(schema)
    assert schema == {"properties": {"title": {"maximum": 3, "default": {"title": 1.0}}}}
