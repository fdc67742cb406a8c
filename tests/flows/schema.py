"""Validates JSON against the part of JSON Schema 2020-12 that web/openapi.json uses. Rule: a keyword that is not known here is
an error, so that no rule of the document is silently not looked at."""
import re
from datetime import date, datetime

KNOWN = {"$ref", "type", "const", "enum", "properties", "required", "additionalProperties", "unevaluatedProperties", "items",
         "minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "anyOf", "allOf"}
SAYING = {"title", "description", "examples", "default", "deprecated"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class UnknownKeyword(Exception):
    pass


def resolve(document, reference):
    at = document
    for part in reference.removeprefix("#/").split("/"):
        at = at[part.replace("~1", "/").replace("~0", "~")]
    return at


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def is_format(value, name):
    try:
        if name == "date-time":
            # RFC 3339; what the server sends is in UTC and says Z.
            return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value)) and bool(datetime.fromisoformat(value[:19]))
        if name == "date":
            return bool(date.fromisoformat(value))
    except ValueError:
        return False
    if name in ("uri-reference", "email", "int64", "password"):
        return True
    raise UnknownKeyword(f"format {name}")


def names_of(document, schema):
    """The members that a schema speaks of, through its references."""
    if "$ref" in schema:
        yield from names_of(document, resolve(document, schema["$ref"]))
    yield from schema.get("properties", {})
    for part in schema.get("allOf", []):
        yield from names_of(document, part)


def faults(document, schema, value, at="$"):
    """What is wrong, one line each; nothing when the value fits."""
    if schema is True or schema is False:
        return [] if schema else [f"{at}: may not be there"]
    if unknown := set(schema) - KNOWN - SAYING:
        raise UnknownKeyword(f"{at}: {sorted(unknown)}")
    found = []
    if "$ref" in schema:
        found += faults(document, resolve(document, schema["$ref"]), value, at)
    for part in schema.get("allOf", []):
        found += faults(document, part, value, at)
    if "anyOf" in schema:
        tries = [faults(document, part, value, at) for part in schema["anyOf"]]
        if all(tries):
            found += min(tries, key=len)
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_type(value, name) for name in types):
            return found + [f"{at}: {value!r:.80} is not {' or '.join(types)}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{at}: {value!r:.80} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r:.80} is not one of {schema['enum']}")
    if isinstance(value, str):
        found += [f"{at}: {value!r:.80} breaks {name}" for name, holds in [
            ("pattern", lambda: re.search(schema["pattern"], value)), ("format", lambda: is_format(value, schema["format"])),
            ("minLength", lambda: len(value) >= schema["minLength"]), ("maxLength", lambda: len(value) <= schema["maxLength"]),
        ] if name in schema and not holds()]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            found.append(f"{at}: {value} is out of range")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            found.append(f"{at}: {len(value)} items")
        for index, item in enumerate(value if "items" in schema else []):
            found += faults(document, schema["items"], item, f"{at}[{index}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{at}.{name}: is missing" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            if name in known:
                found += faults(document, known[name], member, f"{at}.{name}")
            elif "additionalProperties" in schema:
                found += faults(document, schema["additionalProperties"], member, f"{at}.{name}")
        if schema.get("unevaluatedProperties") is False:
            found += [f"{at}.{name}: may not be there" for name in set(value) - set(names_of(document, schema))]
    return found
