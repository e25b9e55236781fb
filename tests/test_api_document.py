"""The OpenAPI document: committed, whole, and true of what the application answers."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
import schemathesis
import yaml
from django.conf import settings as deployment
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from partners.services import SCOPES
from prm.api import document
from prm.wsgi import application
from tests.api_client import token_of

COMMITTED = Path(deployment.ROOT) / "docs/reference/openapi.yaml"
METHODS = {"get", "post", "patch"}


ANSWERS = "/api/v1/journey-steps/{key}/answer/"
MAILS = "/api/v1/inbound-mail/"


def operations():
    return [(path, method, found) for path, methods in document()["paths"].items() for method, found in methods.items()]


def test_committed_document_is_what_the_code_says(tmp_path):
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))
    assert fresh.read_text() == COMMITTED.read_text()


def test_document_is_valid_openapi_3_1():
    assert document()["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document()).validate()


def test_every_operation_says_its_name_summary_tag_scope_and_problems():
    names = [found["operationId"] for _path, _method, found in operations()]
    assert len(names) == len(set(names))
    for path, method, found in operations():
        where = f"{method} {path}"
        assert found["summary"], where
        assert found["tags"], where
        assert {"401", "403", "429"} <= set(found["responses"]), where
        if path in {ANSWERS, MAILS}:
            assert "security" not in found  # the receiver's signature is what lets it in
            continue
        assert set(next(iter(found["security"]))["token"]) <= set(SCOPES), where
        references = [parameter.get("$ref", "") for parameter in found.get("parameters", [])]
        assert ("#/components/parameters/IdempotencyKey" in references) == (method == "post"), where


def test_every_route_is_in_the_document():
    routes = {pattern.name for pattern in get_resolver("prm.api").url_patterns[2].url_patterns}
    assert len(routes) >= len({path for path, _method, _found in operations()}) - 1
    assert {method for _path, method, _found in operations()} <= METHODS


@pytest.mark.django_db
def test_document_and_its_page_are_public(client):
    as_yaml, as_json = client.get("/api/schema/"), client.get("/api/schema/?format=json")
    assert yaml.safe_load(as_yaml.content) == as_json.json()
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert b"<script>" not in page.content
    assert b"<style" not in page.content
    assert "style-src 'self' 'unsafe-inline'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    assert "unsafe-inline" not in client.get("/")["Content-Security-Policy"]


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def one_connection():
    """Keep the test's transaction: outside Django's own client, the end of a request closes the connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("persona", ["brightpath_sales", "northwind_approver"])
def test_application_keeps_to_the_document_whatever_is_sent(cast, settings, persona):
    """Made-up requests, right and wrong, to every operation: no failure of ours, and nothing that isn't documented."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    token, deal = token_of(cast, persona), cast.register()
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    known = {"reference": deal.reference, "slug": "brightpath"}
    schema = schemathesis.openapi.from_dict(document())
    schema.app = application
    for found in schema.get_all_operations():
        operation = found.ok()

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=6,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def ask(case):
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()
