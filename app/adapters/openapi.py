"""The served OpenAPI 3.1 document, made from the routes themselves.

`takes` says beside a handler what it reads; the rest is known from the route, the guard
and the docstring.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from aiohttp import web
from pydantic import BaseModel

Json: TypeAlias = dict[str, object]
Handler = TypeVar("Handler", bound=Callable[..., object])

SCHEMAS = "#/components/schemas/{model}"
PLANNED = {
    "400": "It cannot be carried out as it stands; the detail says what to do",
    "401": "Log in first",
    "403": "This account may not, or the page is out of date",
    "404": "There is nothing here, or it is not yours to see",
    "405": "Not with this method",
    "409": "It clashes with what is so already",
    "413": "Too large",
    "415": "Not in this form",
    "422": "Read, and found wrong in the places that are named",
    "429": "Too many tries; Retry-After says when to come again",
    "503": "A part of ours is out of reach; Retry-After says when to come again",
}
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457, or for 422 the report that the call answers with",
    "additionalProperties": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    body: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    files: tuple[str, ...] = ()
    sheet: bool = False


def takes(
    *,
    body: type[BaseModel] | None = None,
    form: type[BaseModel] | None = None,
    files: Iterable[str] = (),
    sheet: bool = False,
) -> Callable[[Handler], Handler]:
    """`body`: JSON; `form`: urlencoded fields; `files`: fields of a multipart form;
    `sheet`: CSV."""

    def note(handler: Handler) -> Handler:
        what = Takes(body=body, form=form, files=tuple(files), sheet=sheet)
        handler.takes = what  # type: ignore[attr-defined]
        return handler

    return note


def document(router: web.UrlDispatcher, url: str) -> Json:
    """Every route but the files'; the same routes give the same document."""
    paths: dict[str, Json] = {}
    schemas: Json = {"Problem": PROBLEM}
    for route in router.routes():
        resource = route.resource
        if resource is None or isinstance(resource, web.StaticResource):
            continue
        if route.method in ("HEAD", "*"):
            continue
        path = paths.setdefault(resource.canonical, {})
        path[route.method.lower()] = _operation(route, resource.canonical, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Module Study", "version": "1"},
        "servers": [{"url": url}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "login": {"type": "apiKey", "in": "cookie", "name": "__Host-spom"}
            },
        },
    }


def _operation(route: web.AbstractRoute, path: str, schemas: Json) -> Json:
    handler = route.handler
    found: Json = {
        "summary": _summary(handler, route.method, path),
        "responses": _responses(path),
    }
    if parameters := re.findall(r"{(\w+)}", path):
        found["parameters"] = [_parameter(name) for name in parameters]
    if body := _request_body(getattr(handler, "takes", None), schemas):
        found["requestBody"] = body
    if access := getattr(handler, "access", None):
        found["security"] = [{"login": []}]
        found["x-roles"] = sorted(access)
    return found


def _summary(handler: object, method: str, path: str) -> str:
    text = (getattr(handler, "__doc__", None) or "").strip()
    return " ".join(text.split()) or f"{method} {path}"


def _parameter(name: str) -> Json:
    schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _request_body(what: Takes | None, schemas: Json) -> Json | None:
    if what is None:
        return None
    if what.files:
        fields: Json = {
            name: {"type": "string", "format": "binary"} for name in what.files
        }
        schema: Json = {"type": "object", "properties": fields}
        return _content("multipart/form-data", schema)
    if what.sheet:
        return _content("text/csv", {"type": "string"})
    if what.body is not None:
        return _content("application/json", _schema(what.body, schemas))
    if what.form is not None:
        kind = "application/x-www-form-urlencoded"
        return _content(kind, _schema(what.form, schemas))
    return None


def _content(kind: str, schema: Json) -> Json:
    return {"required": True, "content": {kind: {"schema": schema}}}


def _schema(model: type[BaseModel], schemas: Json) -> Json:
    made = model.model_json_schema(ref_template=SCHEMAS)
    for name, inner in made.pop("$defs", {}).items():
        schemas[name] = inner
    schemas[model.__name__] = made
    return {"$ref": SCHEMAS.format(model=model.__name__)}


def _responses(path: str) -> Json:
    problem = {"schema": {"$ref": SCHEMAS.format(model="Problem")}}
    page = {"schema": {"type": "string"}}
    kinds = {
        "text/html": page,
        "application/problem+json": problem,
        "application/json": problem,
    }
    refused = {
        status: {"description": words, "content": kinds}
        for status, words in PLANNED.items()
    }
    done = {"application/json": {}, "text/html": page, "image/jpeg": {}, "text/csv": {}}
    return {
        "200": {"description": "Done", "content": done},
        "204": {"description": "Done, nothing to say"},
        "303": {"description": "Go on to another page"},
        **refused,
    }
