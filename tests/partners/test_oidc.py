"""Sign-in by OpenID Connect against a provider that runs, and lies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from partners.middleware import COMPANY_KEY
from partners.models import CompanyIdentity
from partners.outbound import NotAllowed, ProviderSession, check_address
from people.models import Person
from prm.kernel import outbound
from prm.kernel.outbound import check_machine
from tests.partners.company import make_key, make_oidc, oidc_server

BASE = "/accounts/company/northwind-okta/"


@pytest.fixture
def demo(settings):
    """Let loopback be asked, as in demo mode."""
    settings.DEMO = True
    cache.clear()


@pytest.fixture
def server(demo):
    with oidc_server() as running:
        yield running


@pytest.fixture
def provider(cast, server):
    return make_oidc(cast.northwind.vendor, server.issuer)


@pytest.fixture(autouse=True)
def _deals(cast):
    """Give the approver the address that the provider says."""
    Person.objects.filter(pk=cast.people["northwind_approver"].pk).update(email="deals@northwind.example")


def begin(client, query=""):
    """Go to the provider; return what it was asked."""
    sent = client.get(f"{BASE}go/{query}")
    assert sent.status_code == 302, sent.content.decode()[:500]
    return {name: values[0] for name, values in parse_qs(urlsplit(sent["Location"]).query).items()}


def come_back(client, asked, **changes):
    return client.get("/accounts/oidc/northwind-okta/", {"code": "c", "state": asked["state"], **changes})


def run(client, server, provider, **claims):
    asked = begin(client)
    server.say(provider.client_id, asked["nonce"], **claims)
    return come_back(client, asked)


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_staff_come_in_by_their_provider_for_their_vendors_seat(cast, server, provider):
    client = Client()
    asked = begin(client)
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/accounts/oidc/northwind-okta/"
    server.say(provider.client_id, asked["nonce"])
    assert come_back(client, asked)["Location"] == reverse("start")
    assert client.session[COMPANY_KEY] == cast.northwind.vendor.pk
    assert client.get("/")["Location"] == reverse("desk:queue")
    posted = dict(server.asked)["/token"]
    assert posted["client_secret"] == "hush"
    assert len(posted["code_verifier"]) > 40
    assert client.session.get_expiry_age() <= 12 * 3600
    identity = CompanyIdentity.objects.get()
    assert (identity.person, identity.subject) == (cast.people["northwind_approver"], "subject-1")


def forged_none(server):
    return jwt.encode(server.claims, None, algorithm="none")


def forged_hs256(server):
    """Signed with the public key as if it were a shared secret: the classic confusion."""
    head = {"alg": "HS256", "kid": "k1", "typ": "JWT"}

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    body = part(head) + b"." + part(server.claims)
    public = server.key.certificate.encode()
    return (
        body + b"." + base64.urlsafe_b64encode(hmac.new(public, body, hashlib.sha256).digest()).rstrip(b"=")
    ).decode()


def forged_secret(server):
    return jwt.encode(server.claims, "hush" * 8, algorithm="HS256", headers={"kid": "k1"})


def forged_other_key(server):
    return jwt.encode(server.claims, make_key("mallory").pem, algorithm="RS256", headers={"kid": "k1"})


@pytest.mark.parametrize("forge", [forged_none, forged_hs256, forged_secret, forged_other_key, lambda server: "x.y.z"])
def test_a_token_that_the_provider_did_not_sign_opens_nothing(server, provider, forge):
    client = Client()
    server.forge = forge
    answer = run(client, server, provider)
    assert answer.status_code == 403
    assert not signed_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-client"},
        {"aud": ["client-northwind", "another"]},
        {"aud": ["client-northwind", "another"], "azp": "another"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"nbf": int(time.time()) + 3600},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": "s" * 300},
        {"sub": ""},
        {"email": None},
        {"email": "deals@halden.example"},
        {"email": "deals@northwind.example.evil.example"},
        {"email": "deals@evil.example@northwind.example"},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email": "nobody@northwind.example"},
    ],
)
def test_a_token_that_says_the_wrong_thing_opens_nothing(server, provider, claims):
    client = Client()
    answer = run(client, server, provider, **claims)
    assert answer.status_code == 403
    assert not signed_in(client)
    assert not CompanyIdentity.objects.exists()


def test_an_address_without_a_mark_counts_where_the_vendor_says_so_and_one_marked_as_not_verified_never(
    server, provider
):
    provider.takes_unmarked = True
    provider.save()
    client = Client()
    assert run(client, server, provider, email_verified=False).status_code == 403
    assert run(client, server, provider, email_verified=None).status_code == 302
    assert signed_in(client)


def test_a_sign_in_that_this_browser_did_not_begin_opens_nothing(server, provider):
    mallory, victim = Client(), Client()
    asked = begin(mallory)
    server.say(provider.client_id, asked["nonce"])
    assert come_back(victim, asked).status_code == 403
    assert come_back(victim, {"state": ""}).status_code == 403
    assert not signed_in(victim)


def test_a_state_is_used_once(server, provider):
    client = Client()
    asked = begin(client)
    server.say(provider.client_id, asked["nonce"])
    assert come_back(client, asked).status_code == 302
    client.post(reverse("account_logout"))
    assert come_back(client, asked).status_code == 403
    assert not signed_in(client)


def test_one_providers_state_is_not_anothers(cast, server, provider):
    other = make_oidc(cast.northwind.vendor, server.issuer, slug="northwind-other", client_id="other")
    client = Client()
    asked = begin(client)
    server.say(other.client_id, asked["nonce"])
    answer = client.get("/accounts/oidc/northwind-other/", {"code": "c", "state": asked["state"]})
    assert answer.status_code == 403
    assert not signed_in(client)


def test_userinfo_counts_only_where_it_speaks_of_the_same_subject(server, provider):
    client = Client()
    server.userinfo = {"sub": "somebody-else", "email": "deals@northwind.example", "email_verified": True}
    assert run(client, server, provider, email=None, email_verified=None).status_code == 403
    assert not signed_in(client)
    server.userinfo["sub"] = "subject-1"
    assert run(client, server, provider, email=None, email_verified=None).status_code == 302
    assert signed_in(client)


def test_an_issuer_that_calls_itself_otherwise_is_not_gone_to(server, provider):
    server.discovery = {"issuer": "https://elsewhere.example"}
    assert Client().get(f"{BASE}go/").status_code == 403


def test_nothing_of_the_address_reaches_the_provider(server, provider):
    asked = begin(
        Client(), "?auth_params=prompt%3Dnone%26redirect_uri%3Dhttps://evil.example&scope=admin&process=connect"
    )
    assert asked["redirect_uri"] == "http://testserver/accounts/oidc/northwind-okta/"
    assert "prompt" not in asked
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}


def test_another_subject_with_the_same_address_is_refused_after_the_first(cast, server, provider):
    client = Client()
    assert run(client, server, provider).status_code == 302
    second = Client()
    assert run(second, server, provider, sub="subject-2").status_code == 403
    assert not signed_in(second)


def test_one_subject_is_one_person_even_when_its_address_changes_to_a_colleagues(cast, server, provider):
    assert run(Client(), server, provider).status_code == 302
    climber = Client()
    assert run(climber, server, provider, email="manager@northwind.example").status_code == 403
    assert not signed_in(climber)


# -- What a provider's address may reach


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/",
        "ftp://idp.example/",
        "file:///etc/passwd",
        "https://user:secret@idp.example/",
        "https:///nowhere",
        "http://127.0.0.1/",
        "",
    ],
)
def test_addresses_are_https(settings, url):
    settings.DEMO = False
    with pytest.raises(NotAllowed):
        check_address(url)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "::1", "fe80::1",
     "fd00::1", "::ffff:10.0.0.1", "224.0.0.1", "ff02::1", "64:ff9b:1::1"],
)  # fmt: skip
def test_machines_inside_are_not_asked(settings, address):
    settings.DEMO = False
    with pytest.raises(NotAllowed):
        check_machine(address)


def test_networks_that_the_operator_names_are_asked(settings):
    settings.DEMO, named = False, ["10.20.0.0/16", "fd12::/32"]
    check_machine("10.20.3.4", named)
    check_machine("::ffff:10.20.3.4", named)
    check_machine("fd12::1", named)
    check_machine("9.9.9.9", named)
    with pytest.raises(NotAllowed):
        check_machine("10.21.0.1", named)


def test_providers_are_asked_in_the_networks_named_for_them(settings, server):
    settings.DEMO, settings.IDENTITY_PROVIDER_PRIVATE_NETWORKS = True, ["10.20.0.0/16"]
    assert ProviderSession().adapters["https://"]._networks == ("10.20.0.0/16",)
    assert ProviderSession().get(f"{server.issuer}/keys").ok


def test_a_name_that_leads_inside_is_refused_before_anything_is_said(settings, demo, monkeypatch):
    with oidc_server() as running:
        settings.DEMO = False
        with pytest.raises(NotAllowed):
            ProviderSession().get(running.issuer)
        # Even where the words pass: the machine that answers counts.
        monkeypatch.setattr(outbound, "check_address", lambda url: url)
        with pytest.raises(requests.ConnectionError, match="not a public address"):
            ProviderSession().get(running.issuer)
        assert running.asked == []


def test_redirects_and_large_answers_are_not_followed_nor_read(server):
    server.redirect_to = "http://169.254.169.254/latest/meta-data/"
    with pytest.raises(NotAllowed):
        ProviderSession().get(f"{server.issuer}/keys")
    server.redirect_to, server.padding = "", 700_000
    with pytest.raises(NotAllowed):
        ProviderSession().get(f"{server.issuer}/keys")


def test_a_provider_that_is_down_says_so(cast, demo):
    make_oidc(cast.northwind.vendor, "http://127.0.0.1:9")
    assert Client().get(f"{BASE}go/").status_code == 403
