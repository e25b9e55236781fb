from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prm.kernel.domains import registrable_domain


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("castellan.example", "castellan.example"),
        ("https://www.Castellan.example:8443/shop?x=1#y", "castellan.example"),
        ("shop.eu.castellan.co.uk", "castellan.co.uk"),
        ("anna.berg@mail.castellan.de", "castellan.de"),
        ("mailto:anna@castellan.de", "castellan.de"),
        ("//castellan.de/", "castellan.de"),
        ("castellan.de.", "castellan.de"),
        ("http://münchen.de", "xn--mnchen-3ya.de"),
        ("XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de"),
        ("https://user:secret@castellan.de/", "castellan.de"),
        ("castellan.myshopify.com", "castellan.myshopify.com"),
        ("www.orange.com", "orange.com"),
    ],
)
def test_domain_is_the_registrable_one(text: str, domain: str) -> None:
    assert registrable_domain(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "No", "n/a", "-", "@", "castellan", "localhost", "http://localhost:8000", "foo..bar", "http://["),
        *("10.0.0.1", "http://127.0.0.1:8000/", "http://[::1]/", "1.2.3.4.5", "http://2130706433/"),
        *("co.uk", "github.io", "myshopify.com", "de"),
        *("anna@gmail.com", "anna@yahoo.co.uk", "anna@web.de", "anna@orange.fr", "hotmail.fr", "anna@icloud.com"),
        *("https://www.linkedin.com/company/castellan", "facebook.com/castellan", "https://sites.google.com/view/x"),
        *("javascript:alert(1)", "<script>alert(1)</script>", "castellan.nosuchtld", "a" * 300 + ".de", "🙂.🙂"),
        *("x" * 10_000, "http://" + "a." * 5000 + "de"),
    ],
)
def test_text_that_names_no_company_gives_no_domain(text: str) -> None:
    assert registrable_domain(text) == ""


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_domain_of_any_text_is_lower_case_ascii_and_stable(text: str) -> None:
    domain = registrable_domain(text)
    assert domain.isascii()
    assert domain == domain.lower()
    assert not domain or registrable_domain(domain) == domain
