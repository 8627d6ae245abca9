"""Fields that grant something are marked, wherever an operation can answer them, and shown only to who may do it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo

from functions.api.gate.auth import GRANTS, Caller, Permission, Role
from functions.api.gate.capabilities import GrantedTo, answering
from functions.api.gate.fields import ResponseModel
from functions.api.gate.routing import Operation
from functions.api.imports.schemas import ImportJobView
from functions.api.operations import all_operations

# Words in the name of a field, and forms of its example, that something is granted by.
_GRANTING = {
    *("url", "uri", "link", "href", "upload", "download", "presigned", "signature"),
    *("token", "secret", "password", "credential", "credentials", "code"),
}
_KEY = re.compile(r"(?:^|_)(?:api|access|private|signing)_key$")
_ADDRESS = re.compile(r"^https?://")
# Fields that look like it and grant nothing, with the reason.
_HARMLESS = {
    ("TemplateView", "thumbnail_url"): "leads to a picture of the very template that is read",
    ("TenantView", "website"): "the tenant's own site, which everybody may visit",
    ("FindingView", "code"): "the kind of a finding",
    ("UploadView", "url"): "stands in a marked field only",
    ("DownloadView", "url"): "stands in a marked field only",
}
_ONLY_MARKED = {model for (model, _), reason in _HARMLESS.items() if reason == "stands in a marked field only"}


def shown_in(model: type[BaseModel]) -> dict[str, Any]:
    """The model's own example; empty when it has none that is an object."""
    extra: Any = model.model_config.get("json_schema_extra") or {}
    example = next(iter(extra.get("examples", [])), {})
    return example if isinstance(example, dict) else {}


@dataclass(frozen=True)
class Answered:
    """A field that an operation can answer: where it stands, and whether something around it is marked."""

    model: type[BaseModel]
    name: str
    info: FieldInfo
    is_inside_marked: bool

    @property
    def grants(self) -> GrantedTo | None:
        return next((one for one in self.info.metadata if isinstance(one, GrantedTo)), None)

    @property
    def place(self) -> tuple[str, str]:
        return self.model.__name__, self.name

    @property
    def looks_granting(self) -> bool:
        shown = shown_in(self.model).get(self.name)
        named = bool(_GRANTING.intersection(self.name.split("_"))) or _KEY.search(self.name) is not None
        return named or (isinstance(shown, str) and _ADDRESS.match(shown) is not None)


def models_in(hint: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for argument in get_args(hint):
        yield from models_in(argument)


def fields_of(model: type[BaseModel], *, is_inside_marked: bool = False, above: tuple[Any, ...] = ()) -> list[Answered]:
    """Every field of a model and of those inside it."""
    found: list[Answered] = []
    for name, info in model.model_fields.items():
        one = Answered(model, name, info, is_inside_marked)
        found.append(one)
        for inner in models_in(info.annotation):
            if inner not in (*above, model):
                marked = is_inside_marked or one.grants is not None
                found += fields_of(inner, is_inside_marked=marked, above=(*above, model))
    return found


def answered_by(operation: Operation) -> list[Answered]:
    returned = inspect.get_annotations(operation.run, eval_str=True)["return"]
    return [field for model in models_in(returned) for field in fields_of(model)]


def unmarked(fields: list[Answered]) -> list[tuple[str, str]]:
    """Places of what looks granting, is not marked, and is not known to be harmless."""
    suspicious = {one.place for one in fields if one.looks_granting and one.grants is None}
    leaking = {one.place for one in fields if one.model.__name__ in _ONLY_MARKED and not one.is_inside_marked}
    return sorted((suspicious - _HARMLESS.keys()) | leaking)


OPERATIONS = [one for one in all_operations() if one.permission is not None]
FIELDS = {operation: answered_by(operation) for operation in OPERATIONS}
GRANTING = [(operation, field) for operation, fields in FIELDS.items() for field in fields if field.grants is not None]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_whatever_looks_like_an_address_or_a_secret_is_marked_with_who_may_have_it(operation: Operation) -> None:
    assert unmarked(FIELDS[operation]) == []


def test_the_marked_fields_are_found_where_they_are_answered() -> None:
    found = {(f"{operation.method} {operation.path}", field.name) for operation, field in GRANTING}
    assert {
        ("POST /v1/imports", "upload"),
        ("GET /v1/imports", "upload"),
        ("GET /v1/imports/<import_id>", "upload"),
        ("GET /v1/exports/<export_id>", "download"),
        ("GET /v1/campaigns", "preview_token"),
    } <= found


@pytest.mark.parametrize(
    "field", {field.place: field for _, field in GRANTING}.values(), ids=lambda one: ".".join(one.place)
)
@pytest.mark.parametrize("role", [None, *Role])
def test_a_marked_field_is_null_for_everybody_who_may_not_do_it(field: Answered, role: Role | None) -> None:
    """Written by the field's own annotation, so that what is tried is what the operation writes."""
    assert field.grants is not None
    assert NoneType in get_args(field.info.annotation), "null must be one of its values"
    annotation: Any = Annotated[field.info.annotation, *field.info.metadata]
    alone = create_model("Alone", __base__=ResponseModel, value=(annotation, Field()))
    shown = alone(value=a_value_for(field))
    caller = Caller("gym", "anna", frozenset() if role is None else frozenset({role}))
    with answering(None if role is None else caller):
        written = shown.model_dump(mode="json")["value"]
    may = role is not None and field.grants.permission in GRANTS[role]
    assert (written is not None) == may


def a_value_for(field: Answered) -> Any:
    """Something that the field may hold: the example of its model, with an instant as it is inside."""
    for model in models_in(field.info.annotation):
        example = shown_in(model)
        kinds = {name: info.annotation for name, info in model.model_fields.items()}
        return model(**{name: 1 if kinds[name] is int else value for name, value in example.items()})
    return "secret"


def test_harmless_fields_are_still_there() -> None:
    assert _HARMLESS.keys() <= {field.place for fields in FIELDS.values() for field in fields}


def test_a_new_field_that_grants_something_would_be_noticed() -> None:
    class LinkView(ResponseModel):
        review_url: str
        note: str

    class KeyView(ResponseModel):
        api_key: str | None
        links: list[LinkView]

    assert unmarked(fields_of(KeyView)) == [("KeyView", "api_key"), ("LinkView", "review_url")]

    class Marked(ResponseModel):
        api_key: Annotated[str | None, GrantedTo(Permission.ADMINISTER)]

    assert unmarked(fields_of(Marked)) == []


def test_an_upload_outside_a_marked_field_would_be_noticed() -> None:
    upload = ImportJobView.model_fields["upload"].annotation
    open_view = create_model("OpenView", __base__=ResponseModel, target=(upload, Field()))
    assert unmarked(fields_of(open_view)) != []
