"""Error pages through the whole stack: signed in, signed out, and with the database gone."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from partners import middleware
from tests.portal.raising_urls import FAILURES

HEADINGS = {
    "400": "We could not read that request",
    "403": "Your role does not allow this",
    "403-django": "Your role does not allow this",
    "404": "There is nothing here for you",
    "409": "Someone was faster",
    "422": "That is not possible now",
    "429": "That was a lot in a short time",
    "500": "Something broke on our side",
}


@pytest.fixture(autouse=True)
def raising(settings, db):
    settings.ROOT_URLCONF = "tests.portal.raising_urls"


def helps(response, what):
    page = response.content.decode()
    assert response.status_code == int(what[:3])
    assert page.count("<h1>") == 1
    assert HEADINGS[what] in page
    assert 'class="btn"' in page
    assert "secret detail" not in page
    assert "default-src 'none'" in response["Content-Security-Policy"]
    return page


@pytest.mark.parametrize("what", sorted(FAILURES))
def test_stranger_gets_a_page_that_helps(what):
    client = Client(raise_request_exception=False)
    page = helps(client.get(f"/raise/{what}/"), what)
    assert 'class="shell"' not in page


@pytest.mark.parametrize("what", sorted(set(FAILURES) - {"500"}))
def test_signed_in_person_gets_it_in_the_shell(browse, what):
    page = helps(browse("brightpath_sales").get(f"/raise/{what}/"), what)
    assert 'class="shell"' in page


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("403", "Only &lt;approvers&gt; decide."),
        ("409", "Someone decided it &lt;meanwhile&gt;."),
        ("422", "It is &lt;below&gt; the minimum."),
        ("429", "Wait &lt;a while&gt;."),
    ],
)
def test_refusal_says_what_the_service_said(browse, what, said):
    assert said in browse("northwind_approver").get(f"/raise/{what}/").content.decode()


@pytest.mark.parametrize("what", ["409", "422", "429"])
def test_refused_button_leads_back_to_its_page(browse, what):
    client = browse("northwind_approver")
    page = client.post(
        f"/raise/{what}/", headers={"Referer": "http://testserver/desk/deals/NW-1/?tab=2"}
    ).content.decode()
    assert 'data-kind="primary" href="/desk/deals/NW-1/?tab=2"' in page
    for elsewhere in ("https://evil.example/x", "http://testserver//evil.example", "javascript:alert(1)", ""):
        page = client.post(f"/raise/{what}/", headers={"Referer": elsewhere}).content.decode()
        assert 'data-kind="primary" href="/"' in page


def test_rate_limit_says_when_to_come_back(browse):
    assert browse("brightpath_sales").get("/raise/429/")["Retry-After"] == "90"


def test_failure_page_asks_the_database_nothing(browse, django_assert_num_queries):
    client = browse("brightpath_sales")
    client.raise_request_exception = False
    with django_assert_num_queries(2):  # session and person, before it failed
        helps(client.get("/raise/500/"), "500")


def test_failure_page_comes_with_the_database_gone(monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(middleware.ActorMiddleware, "__call__", gone)
    helps(Client(raise_request_exception=False).get("/portal/"), "500")


def test_unknown_address_is_a_page(browse):
    assert "There is nothing here for you" in browse("brightpath_sales").get("/no/such/page/").content.decode()


def test_address_of_a_button_says_so(browse):
    response = browse("brightpath_sales").get("/notifications/read/")
    assert response.status_code == 405
    assert response["Allow"] == "POST, OPTIONS"
    assert "This address is for a button" in response.content.decode()


def test_button_clicked_after_the_session_ended_leads_back_to_its_page(client):
    response = client.post("/notifications/read/", headers={"Referer": "http://testserver/notifications/?page=2"})
    assert response["Location"] == "/accounts/login/?next=/notifications/%3Fpage%3D2"
    elsewhere = client.post("/notifications/read/", headers={"Referer": "https://evil.example/x"})
    assert elsewhere["Location"] == "/accounts/login/?next=/"


def test_htmx_goes_to_sign_in_as_a_whole(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/notifications/?page=2"}
    response = client.get("/notifications/", headers=headers)
    assert (response.status_code, response["HX-Redirect"]) == (200, "/accounts/login/?next=/notifications/%3Fpage%3D2")


def test_language_of_the_person_holds_on_error_pages(cast, browse):
    cast.people["brightpath_sales"].language = "de"
    cast.people["brightpath_sales"].save()
    assert '<html lang="de"' in browse("brightpath_sales").get("/raise/409/").content.decode()
