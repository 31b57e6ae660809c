"""JSON Schema (draft 2020-12) from the models of declared files, for completion and hints in editors.

Descriptions come from docstrings: a model's own, and for a field the sentences that speak of it.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SENTENCE = re.compile(r"(?<=[.;:])\s+(?=[A-Z`a-z])")


def schema_of(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return the schema of files that ``model`` judges. An empty file is an empty mapping, so null is allowed."""
    found = model.model_json_schema(schema_generator=_Generator)
    return {"$schema": DIALECT, **found, "title": title, "type": [found["type"], "null"]}


class _Generator(GenerateJsonSchema):
    """Leaves out titles made from names, adds descriptions from docstrings."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        found.pop("title", None)
        for name, field in model.model_fields.items():
            shown = found.get("properties", {}).get(field.alias or name)
            said = field.description or _sentences(model, field.alias or name)
            if shown is not None and said and "description" not in shown:
                shown["description"] = said
        return found


def _sentences(model: type[BaseModel], field: str) -> str:
    """Return what the docstring of a model says about a field."""
    for base in model.__mro__:
        parts = _SENTENCE.split(" ".join((inspect.getdoc(base) or "").split())) if base.__doc__ else []
        said = [part for part in parts if f"``{field}``" in part]
        if said:
            return " ".join(said).replace("``", "`")
    return ""
