"""A client of the API for tests: holds a token, and checks every answer against the OpenAPI document."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from partners.services import SCOPES, make_token
from prm.api import document
from tests.cast import Cast

BASE = "/api/v1/"


def token_of(cast: Cast, persona: str, scopes: tuple[str, ...] = SCOPES, days: int = 30) -> str:
    """Make a token for a persona's seat, as the settings page does."""
    return make_token(actor=cast.actor(persona), name="test", scopes=list(scopes), days=days)[1]


class Api:
    """Calls the API with a token, or without."""

    def __init__(self, token: str = "", client: Client | None = None) -> None:
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = client or Client()

    def get(self, path: str, status: int = 200, /, **query: Any) -> Any:
        """GET and return the answer, which has `status`."""
        return self.call("get", path, status, query_params=query)

    def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """POST JSON."""
        return self.call("post", path, status, body={} if body is None else body, headers=headers)

    def patch(self, path: str, body: Any, status: int = 200, **headers: str) -> Any:
        """PATCH JSON."""
        return self.call("patch", path, status, body=body, headers=headers)

    def call(self, method: str, path: str, status: int, **options: Any) -> Any:
        """Call, check the answer against the document, and return it."""
        headers = {**self.headers, **{k.replace("_", "-"): v for k, v in options.pop("headers", {}).items()}}
        if "body" in options:
            options["data"] = json.dumps(options.pop("body"))
            options["content_type"] = "application/json"
        address = path if path.startswith(("/", "http")) else BASE + path
        response = getattr(self.client, method)(address, headers=headers, **options)
        assert response.status_code == status, (response.status_code, response.getvalue()[:2000])
        conforms(method, response.wsgi_request.path, response)
        return response


def conforms(method: str, path: str, response: Any) -> None:
    """Check an answer's status, media type and body against what the document says of the operation."""
    template = next((known for known, pattern in patterns() if pattern.fullmatch(path)), None)
    if template is None:
        assert response.status_code == 404, path
        return
    operation = document()["paths"][template].get(method)
    if operation is None:
        assert response.status_code == 405
        return
    known = operation["responses"].get(str(response.status_code))
    assert known is not None, f"{method} {template} doesn't document {response.status_code}"
    pointer = f"#/paths/{escaped(template)}/{method}/responses/{response.status_code}"
    if "$ref" in known:
        pointer, known = known["$ref"], document()["components"]["responses"][known["$ref"].rsplit("/", 1)[1]]
    media = response["Content-Type"].split(";")[0]
    assert media in known["content"], (media, list(known["content"]))
    if media.endswith("json"):
        schema = {**document(), "$ref": f"{pointer}/content/{escaped(media)}/schema"}
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(response.json())


def escaped(part: str) -> str:
    """Return a key as JSON pointers and fragments write it."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace("+", "%2B")


@lru_cache(maxsize=1)
def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return the document's paths with a pattern for each."""
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in document()["paths"]]


def registration(cast: Cast, at: str = "brightpath_northwind", /, **changes: Any) -> dict[str, Any]:
    """Return the body of a complete registration; `changes` replace fields."""
    side = cast.halden if at.endswith("halden") else cast.northwind
    made = cast.registration(at)
    body = {
        "enrollment": cast.enrollments[at].pk,
        "customer_name": made.customer_name,
        "customer_country": made.customer_country,
        "customer_domain": made.customer_domain,
        "contact_name": made.contact_name,
        "contact_email": made.contact_email,
        "title": made.title,
        "lines": [{"product": side.robot.pk, "quantity": 12}],
        "close_date": made.close_date.isoformat(),
    }
    return {**body, **changes}
