"""What every page carries against being abused, and what no template may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings as product
from django.test import Client

from tests.cast import PASSWORD

ROOT = Path(product.ROOT)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [template for template in TEMPLATES if "mail" not in template.relative_to(ROOT / "templates").parts[:1]]
STRANGERS = [
    "/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/signup/",
    "/health/",
    "/no/such/page/",
    "/settings/",
]
PEOPLES = {
    "brightpath_sales": [
        "/portal/",
        "/portal/deals/",
        "/notifications/",
        "/settings/",
        "/settings/tokens/",
        "/accounts/logout/",
        "/no/such/page/",
        "/system/",
    ],
    "northwind_manager": ["/desk/", "/desk/deals/", "/outbox/previews/", "/accounts/password/change/", "/admin/"],
    "operator": ["/system/", "/outbox/previews/"],
}
DIRECTIVES = {
    "default-src": {"'none'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "frame-src": {"'self'"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
    "object-src": {"'none'"},
}


def policy_of(response):
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: set(sources) for name, *sources in parts}


def assert_guarded(response):
    policy = policy_of(response)
    for name, sources in DIRECTIVES.items():
        assert policy[name] == sources, name
    for name in ("script-src", "style-src"):
        assert policy[name] - {"'self'"} <= {source for source in policy[name] if source.startswith("'nonce-")}, name
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", STRANGERS)
@pytest.mark.django_db
def test_pages_for_strangers_are_guarded(path):
    assert_guarded(Client().get(path))


@pytest.mark.parametrize(("persona", "path"), [(persona, path) for persona, paths in PEOPLES.items() for path in paths])
def test_pages_for_people_are_guarded(browse, persona, path):
    assert_guarded(browse(persona).get(path))


@pytest.mark.parametrize("what", ["400", "403", "404", "409", "422", "429", "500"])
def test_error_pages_are_guarded(browse, settings, what):
    settings.ROOT_URLCONF = "tests.portal.raising_urls"
    client = browse("brightpath_sales")
    client.raise_request_exception = False
    assert_guarded(client.get(f"/raise/{what}/"))


def test_each_page_has_a_nonce_of_its_own(browse):
    client = browse("brightpath_sales")
    first, second = (policy_of(client.get("/settings/"))["style-src"] for _ in range(2))
    assert len(first | second) == 3


def test_cookies_are_out_of_scripts_reach_and_of_other_sites(client, cast):
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "sales@brightpath.example", "password": PASSWORD})
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
        assert cookie["path"] == "/", cookie.key


def without_comments(template):
    text = template.read_text()
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    return re.sub(r"{#.*?#}|<!--.*?-->", "", text, flags=re.DOTALL)


def named(template):
    return str(template.relative_to(ROOT))


@pytest.mark.parametrize("template", PAGES, ids=named)
def test_page_template_holds_no_inline_style_or_script(template):
    text = without_comments(template)
    assert not re.search(r"""\sstyle\s*=\s*["']""", text), "style attribute"
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text), "event attribute"
    assert not re.search(r"<style\b", text), "style element"
    assert "javascript:" not in text.lower()
    assert not re.search(r"\bhx-on\b|\bhx-vals=['\"]js:|\bhx-vars\b", text), "htmx that needs eval"
    for opening, inside in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, flags=re.DOTALL):
        assert "src=" in opening, "script with code"
        assert not inside.strip()


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_template_loads_nothing_from_elsewhere_and_marks_nothing_safe(template):
    text = without_comments(template)
    assert not re.search(r"""(src|srcset|action|data)\s*=\s*["'](https?:)?//""", text)
    assert not re.search(r"""<link[^>]*href\s*=\s*["'](https?:)?//""", text)
    assert "|safe" not in text
    if template.suffix == ".html":
        assert "autoescape off" not in text


# The style guide's samples post nowhere.
FORMS = [template for template in PAGES if not template.is_relative_to(ROOT / "templates" / "styleguide")]


@pytest.mark.parametrize("template", FORMS, ids=named)
def test_every_form_that_posts_carries_the_token(template):
    for form in re.findall(
        r"<form\b[^>]*method=\"post\"[^>]*>.*?(?=</form>)", without_comments(template), flags=re.DOTALL
    ):
        assert "{% csrf_token %}" in form


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:evil",
    "evil",
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_vendor_switch_never_leads_elsewhere(cast, browse, target):
    vendor = cast.northwind.vendor.pk
    assert browse("brightpath_sales").post("/vendor/", {"vendor": vendor, "next": target})["Location"] == "/"


def test_vendor_switch_leads_back_within_the_site(cast, browse):
    client = browse("brightpath_sales")
    response = client.post("/vendor/", {"vendor": cast.halden.vendor.pk, "next": "/portal/deals/?q=a"})
    assert response["Location"] == "/portal/deals/?q=a"
    assert client.session["vendor"] == cast.halden.vendor.pk
    client.post("/vendor/", {"vendor": ""})
    assert "vendor" not in client.session


@pytest.mark.parametrize("persona", ["kappel_sales", "northwind_manager", "operator", "nobody"])
def test_vendor_without_a_part_in_it_is_not_found(cast, browse, persona):
    client = browse(persona)
    assert client.post("/vendor/", {"vendor": cast.halden.vendor.pk}).status_code == 404
    assert "vendor" not in client.session


@pytest.mark.parametrize("target", ELSEWHERE)
def test_seat_switch_leads_to_the_start_page_only(cast, browse, target):
    seat = cast.seats["brightpath_sales"].pk
    assert browse("brightpath_sales").post("/seat/", {"seat": seat, "next": target})["Location"] == "/"


@pytest.mark.parametrize("wanted", ["brightpath_administrator", "northwind_manager", None])
def test_seat_of_someone_else_is_not_found(cast, browse, wanted):
    client = browse("brightpath_sales")
    seat = cast.seats[wanted].pk if wanted else "1 OR 1=1"
    assert client.post("/seat/", {"seat": seat}).status_code == 404
    assert "seat" not in client.session


def test_opening_a_switch_turns_nothing(cast, browse):
    client = browse("brightpath_sales")
    assert client.get("/seat/", {"seat": cast.seats["brightpath_sales"].pk}).status_code == 405
    assert client.get("/vendor/", {"vendor": cast.northwind.vendor.pk}).status_code == 405
    assert "vendor" not in client.session
