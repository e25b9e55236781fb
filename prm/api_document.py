"""Makes the OpenAPI document say what every operation has in common: problems, keys, sign-in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from prm.kernel.api_defaults import PROBLEM

PROBLEMS = {
    "400": "The body isn't JSON (`parse_error`).",
    "401": "No token or session, or a token that is unknown, expired or revoked.",
    "403": "The role doesn't allow it (`not_allowed`), or the token lacks the scope (`missing_scope`).",
    "404": "There is no such record, or it isn't yours to see.",
    "406": "No format that `Accept` names.",
    "409": "It is in another state by now (`state_changed`), or a request with this key is in flight (`in_flight`).",
    "412": "It has changed since you read it (`changed_meanwhile`).",
    "413": "The body is too large.",
    "415": "The body isn't `application/json`.",
    "422": "A field or a rule says no; `errors` names the fields.",
    "428": "`If-Match` is missing.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "The database can't be reached (`unavailable`); `Retry-After` says when to try again.",
}
EVERYWHERE = ("401", "403", "406", "429", "503")
WITH_BODY = ("400", "413", "415", "422")
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `code` is stable; `detail` is in the caller's language.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "examples": ["invalid"]},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "description": "Path of the field, such as `lines.0.quantity`."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
        "current": {"description": "With 409 and 412: the record as it is now."},
    },
    "required": ["type", "title", "status", "code", "detail", "errors"],
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
    "description": "Any text of yours, such as a UUID. Sent again with the same body within two days, it gets the same "
    "answer with `Idempotency-Replayed: true`; with another body 422, while the first is being answered 409. A refused "
    "request stores nothing.",
}
REPLAYED = {
    "schema": {"type": "string", "const": "true"},
    "description": "Only on an answer that was given before.",
}


class TokenScheme(OpenApiAuthenticationExtension):
    """A token in the Authorization header."""

    target_class = "partners.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token `prm_…` from your settings page: bound to one seat, with scopes and an end.",
        }

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """Return the scope that the operation takes."""
        reads = auto_schema.method in {"GET", "HEAD"}
        scope = getattr(auto_schema.view, "read_scope" if reads else "write_scope", "")
        return {self.name: [scope] if scope else []}


class SessionScheme(OpenApiAuthenticationExtension):
    """A signed-in browser."""

    target_class = "partners.authentication.SeatSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A signed-in browser. Writes need the CSRF token as `X-CSRFToken`.",
        }


def add_shared_parts(result: dict[str, Any], generator: Any, request: Any, public: Any) -> dict[str, Any]:
    """Add problem answers and shared headers to every operation. A hook of drf-spectacular's."""
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {f"Problem{status}": _problem(status, text) for status, text in PROBLEMS.items()}
    components["parameters"] = {"IdempotencyKey": IDEMPOTENCY_KEY}
    for name, schema in components["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return result


def _problem(status: str, text: str) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if status == "401":
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    if status in {"429", "503"}:
        headers["Retry-After"] = {"schema": {"type": "string"}, "description": "Seconds."}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "headers": headers, "content": {PROBLEM: {"schema": schema}}}


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    statuses = {*EVERYWHERE}
    if "{" in path:
        statuses.add("404")
    if method in {"post", "patch"}:
        statuses.update(WITH_BODY)
    elif path != "/api/v1/me/":
        statuses.add("422")
    if method == "post":
        statuses.add("409")
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
        for response in operation["responses"].values():
            response.setdefault("headers", {})["Idempotency-Replayed"] = REPLAYED
    if method == "patch":
        statuses.update({"412", "428"})
    for status in sorted(statuses):
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
