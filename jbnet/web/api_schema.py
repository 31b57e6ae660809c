"""What an operation is, and the OpenAPI 3.1 document (with JSON Schema 2020-12) that follows from a table of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from jbnet.model.rights import Right
from jbnet.web.api_call import Call

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}


def maybe(schema: Schema) -> Schema:
    """Return a schema that allows null, too."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def record(**fields: Schema) -> Schema:
    """Return the schema of an object that always has all of these fields, and no other is promised."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def ref(name: str) -> Schema:
    """Return a reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


@dataclass(frozen=True)
class Operation:
    """One method at one path. ``right``: what the token has to give (None: any good one); ``gives``: a schema's name.

    ``gives`` empty: nothing is sent back (204). ``query`` are optional parameters by name,
    ``takes`` is the body's schema.
    """

    method: str
    path: str
    name: str
    summary: str
    right: Right | None
    gives: str
    answer: Callable[[Call], Awaitable[Response]]
    query: Mapping[str, Schema] | None = None
    takes: Schema | None = None


_STATUS: Mapping[int, str] = {
    401: "no token that is good now",
    403: "not allowed",
    404: "there is no such thing, or it is not yours to see",
    409: "it is over",
    422: "something is missing or means nothing",
    429: "too many bad tokens",
    503: "the store cannot be used",
}


def document(operations: Sequence[Operation], schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _described(one)
    bearer = {"type": "http", "scheme": "bearer"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "jbnet", "version": "1", "summary": "The network as the monitor sees it"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": bearer}, "schemas": {**schemas}},
    }


def _described(one: Operation) -> dict[str, Any]:
    in_path = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    parameters = [{"name": n, "in": "path", "required": True, "schema": TEXT} for n in in_path]
    parameters += [{"name": n, "in": "query", "required": False, "schema": s} for n, s in (one.query or {}).items()]
    refused = {"content": {"application/problem+json": {"schema": ref("Problem")}}}
    said: dict[str, Any] = {str(status): {"description": why, **refused} for status, why in _STATUS.items()}
    said |= (
        {"200": {"description": one.summary, **_json(ref(one.gives))}}
        if one.gives
        else {"204": {"description": "done"}}
    )
    body = {"requestBody": {"required": True, **_json(one.takes)}} if one.takes is not None else {}
    return {"operationId": one.name, "summary": one.summary, "parameters": parameters, "responses": said, **body}


def _json(schema: Schema) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
