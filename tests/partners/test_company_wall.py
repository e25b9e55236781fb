"""The wall: whoever controls a vendor's identity provider gets that vendor's seats, and nothing else of anybody."""

from __future__ import annotations

import re

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from activity.models import Event, Mail, Notification
from partners.enums import Protocol
from partners.middleware import COMPANY_KEY
from partners.models import AccessToken, CompanyIdentity, IdentityProvider, Seat, Vendor
from partners.services import (
    Invitee,
    ProviderFacts,
    add_provider,
    change_provider,
    forget_identity,
    invite_people,
    let_in,
    make_token,
    record_test,
    require_company_sign_in,
    switch_provider,
)
from partners.vouching import NotLetIn, Voucher
from people.models import Person
from prm.kernel.actors import Kind, Role, Via
from prm.kernel.errors import Forbidden, RuleViolation
from tests.cast import PASSWORD
from tests.partners.company import make_oidc, make_saml, saml_answer, signed
from tests.partners.test_saml import begin, post

BOTH = "both@northwind.example"


@pytest.fixture
def both(cast):
    """Somebody with seats at Northwind, at Halden and at Brightpath, and tokens of each."""
    person = Person(email=BOTH, name="Bo Th")
    person.set_password(PASSWORD)
    person.save()
    cast.people["both"] = person
    for name, where, role in (
        ("northwind", {"vendor": cast.northwind.vendor}, Role.MANAGER),
        ("halden", {"vendor": cast.halden.vendor}, Role.MANAGER),
        ("brightpath", {"partner": cast.brightpath}, Role.ADMINISTRATOR),
    ):
        cast.seats[f"both_{name}"] = Seat.objects.create(person=person, role=role, **where)
    return person


@pytest.fixture
def provider(cast):
    return make_saml(cast.northwind.vendor)


@pytest.fixture
def company(cast, both, provider):
    """Return a browser that Northwind's provider signed in as a person with other seats too."""
    client = Client()
    post(client, signed(saml_answer(provider, begin(client), name_id=BOTH)))
    assert client.session[COMPANY_KEY] == cast.northwind.vendor.pk
    return client


def voucher(email, subject="s1", marked=True):
    return Voucher(subject=subject, email=email, marked=marked)


def prove(cast, provider, persona="northwind_manager"):
    """Let a manager come through the provider in a dry run."""
    person = cast.people[persona]
    record_test(actor=cast.actor(persona), provider=provider, voucher=voucher(person.email, subject=person.email))


# -- What such a session reaches


def test_it_acts_from_that_vendors_seat_alone(cast, company):
    page = company.get("/", follow=True)
    assert page.redirect_chain[-1][0] == reverse("desk:queue")
    assert page.context["shell"].seat.organisation == "Northwind Robotics"
    assert page.context["shell"].seats == []
    text = page.content.decode()
    assert "Halden" not in text
    assert "Brightpath ·" not in text
    actor = page.wsgi_request.actor
    assert (actor.via, actor.vendor_id) == (Via.COMPANY, cast.northwind.vendor.pk)


@pytest.mark.parametrize("name", ["both_halden", "both_brightpath"])
def test_it_switches_to_no_other_seat(cast, company, name):
    assert company.post(reverse("seat-switch"), {"seat": cast.seats[name].pk}).status_code == 404
    session = company.session
    session["seat"] = cast.seats[name].pk
    session.save()
    assert company.get(reverse("desk:queue")).context["shell"].seat.organisation == "Northwind Robotics"
    assert company.get(reverse("portal:home")).status_code == 403


PERSONAL = re.compile(r"^/(accounts|settings|outbox)/")
STILL_OPEN = re.compile(r"^/(accounts/(logout|company|oidc|saml)|settings/tokens)/")


def paths(resolver, prefix="/"):
    """Yield every address that takes no argument."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if hasattr(pattern, "url_patterns"):
            yield from paths(pattern, route)
        elif "<" not in route and "(" not in route:
            yield route


def test_every_page_about_the_person_itself_is_closed(cast, both, company):
    before = Person.objects.values().get(pk=both.pk)
    found = sorted({path for path in paths(get_resolver()) if PERSONAL.match(path) and not STILL_OPEN.match(path)})
    assert {"/settings/", "/accounts/password/change/", "/outbox/"} <= set(found)
    for path in found:
        for answer in (company.get(path), company.post(path, {"email": "evil@evil.example", "password1": "x"})):
            assert answer.status_code == 403, path
    assert Person.objects.values().get(pk=both.pk) == before


def test_who_works_nowhere_else_may_set_language_and_mails(cast, provider):
    client, person = Client(), cast.people["northwind_approver"]
    post(client, signed(saml_answer(provider, begin(client), name_id=person.email)))
    given = {"name": "Jo", "language": "de", "time_zone": "Europe/Oslo", "job_title": "", "phone": ""}
    assert client.post(reverse("settings"), given).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.language) == ("Jo", "de")
    assert client.get(reverse("settings-notifications")).status_code == 200
    for closed in ("settings-security", "account_change_password", "outbox"):
        assert client.get(reverse(closed)).status_code == 403, closed
    assert reverse("settings-security") not in client.get(reverse("settings")).content.decode()


def test_it_sees_no_mail_or_notice_of_other_seats(cast, both, company):
    event = Event.objects.create(kind="seat.changed", subject_type="x", subject_id=1, via="task")
    for name, kind in (("both_halden", "deal.won"), ("both_brightpath", "deal.lost")):
        Notification.objects.create(
            person=both, seat_id=cast.seats[name].pk, event=event, kind=kind, path="/", facts={"partner": "Zq"}
        )
    mail = Mail.objects.create(person=both, template="x", to=both.email, subject="Zq secret", text="Zq")
    assert company.get(reverse("outbox-mail", args=[mail.pk])).status_code == 403
    assert "Zq" not in company.get(reverse("notifications")).content.decode()


def test_it_makes_tokens_for_that_vendors_seat_only_and_lists_no_others(cast, both, company):
    for name in ("both_halden", "both_brightpath"):
        cast.people[name] = both
        make_token(actor=cast.actor(name), name=f"zq {name}", scopes=["deals:read"], days=9)
    assert "zq" not in company.get(reverse("settings-tokens")).content.decode()
    made = company.post(reverse("settings-tokens"), {"name": "mine", "scopes": ["deals:read"], "days": "30"})
    assert made.status_code == 201
    assert AccessToken.objects.get(name="mine").seat == cast.seats["both_northwind"]
    foreign = AccessToken.objects.get(name="zq both_halden")
    assert company.post(reverse("settings-token-revoke", args=[foreign.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_the_api_by_its_cookie_is_walled_too(cast, company):
    me = company.get(reverse("api:me")).json()
    assert me["signed_in_by"] == "company"
    assert "Halden" not in str(me)


def test_it_accepts_no_invitation(cast, both, company):
    invite_people(actor=cast.actor("kappel_administrator"), invitees=[Invitee(email=BOTH, role=Role.ADMINISTRATOR)])
    link = re.search(r"/invitations/[\w-]+/", Mail.objects.latest("pk").text).group(0)
    assert company.post(link).status_code == 409
    assert not Seat.objects.filter(person=both, partner=cast.kappel).exists()


def test_it_reaches_nothing_once_the_seat_ends(cast, both, company):
    seat = cast.seats["both_northwind"]
    Seat.objects.filter(pk=seat.pk).update(is_active=False)
    assert company.get("/").status_code == 200
    assert company.get(reverse("desk:queue")).status_code == 403
    assert company.get(reverse("portal:home")).status_code == 403
    assert company.get("/").wsgi_request.actor.kind is Kind.PERSON


def test_it_never_becomes_the_operator(cast, both, company):
    Person.objects.filter(pk=both.pk).update(is_operator=True)
    Seat.objects.filter(person=both).update(is_active=False)
    assert company.get(reverse("system")).status_code == 403


def test_it_replaces_an_earlier_session_and_takes_nothing_of_it_along(cast, both, provider):
    client = Client()
    client.force_login(both, backend="partners.authentication.SeatBackend")
    session = client.session
    session["seat"], session["zq"] = cast.seats["both_halden"].pk, "left over"
    session.save()
    old = session.session_key
    post(client, signed(saml_answer(provider, begin(client), name_id=BOTH)))
    assert client.session[COMPANY_KEY] == cast.northwind.vendor.pk
    assert "zq" not in client.session
    assert client.session.session_key != old
    assert client.get("/", follow=True).context["shell"].seat.organisation == "Northwind Robotics"


def test_nothing_is_kept_that_would_open_more_later(cast, both, company):
    assert not SocialAccount.objects.exists()
    assert not SocialApp.objects.exists()
    identity = CompanyIdentity.objects.get()
    assert (identity.person, identity.provider.vendor) == (both, cast.northwind.vendor)
    company.post(reverse("account_logout"))
    assert SESSION_KEY not in company.session
    assert company.get(reverse("desk:queue")).status_code == 302


# -- Whom a provider may vouch for


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("sales@brightpath.example", "other_domain"),
        ("manager@halden.example", "other_domain"),
        ("manager@NORTHWIND.example.evil.example", "other_domain"),
        ("operator@northwind.example", "no_seat"),
        ("elsewhere@northwind.example", "no_seat"),
        ("gone@northwind.example", "no_seat"),
        ("", "no_address"),
    ],
)
def test_it_lets_in_nobody_but_its_vendors_people(cast, provider, email, code):
    Person.objects.filter(pk=cast.people["operator"].pk).update(email="operator@northwind.example")
    Person.objects.filter(pk=cast.people["kappel_sales"].pk).update(email="elsewhere@northwind.example")
    Person.objects.filter(pk=cast.people["northwind_finance"].pk).update(
        email="gone@northwind.example", is_active=False
    )
    before = Person.objects.count(), Seat.objects.count()
    with pytest.raises(NotLetIn) as refusal:
        let_in(provider=provider, voucher=voucher(email))
    assert refusal.value.code == code
    assert (Person.objects.count(), Seat.objects.count()) == before
    assert not CompanyIdentity.objects.exists()


def test_a_vendor_that_claims_anothers_mail_domain_gets_only_its_own_people(cast):
    greedy = make_oidc(cast.halden.vendor, "https://idp.halden.example", domains=["northwind.example"])
    with pytest.raises(NotLetIn) as refusal:
        let_in(provider=greedy, voucher=voucher("manager@northwind.example"))
    assert refusal.value.code == "no_seat"
    with pytest.raises(RuleViolation) as refusal:
        add_provider(
            actor=cast.actor("halden_manager"), protocol=Protocol.OIDC, name="X", domains=("northwind.example",)
        )
    assert refusal.value.code == "foreign_domain"


def test_an_address_that_changed_hands_waits_for_a_partner_manager(cast, provider):
    let_in(provider=provider, voucher=voucher("approver@northwind.example", "old"))
    with pytest.raises(NotLetIn):
        let_in(provider=provider, voucher=voucher("approver@northwind.example", "new"))
    with pytest.raises(NotLetIn):
        let_in(provider=provider, voucher=voucher("manager@northwind.example", "old"))
    seat = cast.seats["northwind_approver"]
    for persona in ("northwind_approver", "halden_manager", "brightpath_administrator"):
        with pytest.raises(Exception, match=r".*"):
            forget_identity(actor=cast.actor(persona), seat=seat)
    assert CompanyIdentity.objects.count() == 1
    forget_identity(actor=cast.actor("northwind_manager"), seat=seat)
    assert let_in(provider=provider, voucher=voucher("approver@northwind.example", "new")).pk == seat.person_id


# -- Where the vendor requires it


@pytest.fixture
def required(cast, provider):
    prove(cast, provider)
    require_company_sign_in(actor=cast.actor("northwind_manager"), required=True)
    return provider


def test_its_seats_open_after_company_sign_in_only_and_the_persons_others_as_before(cast, both, required, browse):
    client = browse("both")
    page = client.get("/", follow=True)
    assert page.context["shell"].seat.organisation in {"Halden Cloud", "Brightpath"}
    assert [place.organisation for place in page.context["shell"].locked] == ["Northwind Robotics"]
    assert client.post(reverse("seat-switch"), {"seat": cast.seats["both_northwind"].pk}).status_code == 404
    session = client.session
    session["seat"] = cast.seats["both_northwind"].pk
    session.save()
    assert client.get("/", follow=True).context["shell"].seat.organisation != "Northwind Robotics"
    assert client.post(reverse("seat-switch"), {"seat": cast.seats["both_halden"].pk}).status_code == 302
    assert client.get(reverse("settings")).status_code == 200


def test_who_has_that_seat_only_is_told_the_way(cast, required, browse):
    client = browse("northwind_approver")
    page = client.get("/").content.decode()
    assert "Northwind Robotics wants its own sign-in" in page
    assert f"{reverse('company-sign-in')}?vendor=northwind" in page
    assert client.get(reverse("desk:queue")).status_code == 403
    chosen = client.get(f"{reverse('company-sign-in')}?vendor=northwind").content.decode()
    assert "/accounts/company/northwind-entra/" in chosen


def test_tokens_of_its_seats_work_until_they_are_revoked(cast, provider):
    _token, secret = make_token(actor=cast.actor("northwind_approver"), name="t", scopes=["deals:read"], days=9)
    prove(cast, provider)
    require_company_sign_in(actor=cast.actor("northwind_manager"), required=True)
    assert Client().get(reverse("api:me"), headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_other_vendors_staff_notice_nothing(cast, required, browse):
    assert browse("halden_manager").get(reverse("desk:queue")).status_code == 200
    assert browse("brightpath_sales").get(reverse("portal:home")).status_code == 200


def test_nobody_locks_the_vendor_out(cast, provider):
    manager = cast.actor("northwind_manager")
    with pytest.raises(RuleViolation) as refusal:
        require_company_sign_in(actor=manager, required=True)
    assert refusal.value.code == "not_tested"
    prove(cast, provider)
    facts = ProviderFacts(
        name="Entra", domains=("northwind.example",), issuer="https://new.example", sign_in_url=provider.sign_in_url,
        certificates=provider.certificates,
    )  # fmt: skip
    change_provider(actor=manager, provider=provider, facts=facts)
    with pytest.raises(RuleViolation):
        require_company_sign_in(actor=manager, required=True)
    prove(cast, provider)
    switch_provider(actor=manager, provider=provider, is_active=False)
    with pytest.raises(RuleViolation):
        require_company_sign_in(actor=manager, required=True)
    assert not Vendor.objects.get(slug="northwind").company_sign_in_required
    switch_provider(actor=manager, provider=provider, is_active=True)
    require_company_sign_in(actor=manager, required=True)
    with pytest.raises(RuleViolation) as refusal:
        switch_provider(actor=manager, provider=provider, is_active=False)
    assert refusal.value.code == "provider_required"
    assert IdentityProvider.objects.get().is_active


def test_a_colleagues_test_does_not_count_as_ones_own(cast, provider):
    with pytest.raises(RuleViolation) as refusal:
        record_test(
            actor=cast.actor("northwind_manager"), provider=provider, voucher=voucher("approver@northwind.example")
        )
    assert refusal.value.code == "somebody_else"
    assert IdentityProvider.objects.get().tested_at is None


def test_the_operator_opens_it_again_from_the_command_line(cast, required, browse, capsys):
    call_command("open_sign_in", "northwind")
    assert "either way" in capsys.readouterr().out
    assert browse("northwind_manager").get(reverse("desk:queue")).status_code == 200
    event = Event.objects.filter(kind="sign_in.changed").latest("pk")
    assert (event.via, event.after) == ("task", {"required": False})


@pytest.mark.parametrize("persona", ["northwind_approver", "brightpath_administrator", "operator", "nobody"])
def test_others_set_nothing_up(cast, persona):
    before = Event.objects.count()
    with pytest.raises(Forbidden):
        add_provider(actor=cast.actor(persona), protocol=Protocol.OIDC, name="X", domains=("northwind.example",))
    with pytest.raises(Forbidden):
        require_company_sign_in(actor=cast.actor(persona), required=False)
    assert Event.objects.count() == before
    assert not IdentityProvider.objects.exists()


# -- The pages


def test_the_sign_in_page_answers_by_the_mail_domain_alone(cast, provider):
    answers = set()
    for email in ("manager@northwind.example", "nobody.at.all@northwind.example", BOTH):
        sent = Client().post(reverse("company-sign-in"), {"email": email})
        answers.add((sent.status_code, sent["Location"]))
    assert answers == {(302, "/accounts/company/northwind-entra/")}
    unknown = set()
    for email in ("manager@halden.example", "x@halden.example"):
        sent = Client().post(reverse("company-sign-in"), {"email": email})
        unknown.add((sent.status_code, sent.content.decode().count(email), "halden.example" in sent.content.decode()))
    assert len(unknown) == 1


def test_the_dry_run_signs_nobody_in_and_tells_what_came_back(cast, provider, browse):
    provider.is_active = False
    provider.save()
    client = browse("northwind_manager")
    sent = client.get("/accounts/company/northwind-entra/go/?test=1")
    assert sent.status_code == 302
    key = client.session.session_key
    states = client.session["socialaccount_states"]
    (request_id,) = states
    landed = post(client, signed(saml_answer(provider, request_id, name_id="manager@northwind.example")))
    assert landed.redirect_chain[-1][0] == "/admin/sign-in/northwind-entra/"
    assert "It works: you came through as manager@northwind.example" in landed.content.decode()
    assert COMPANY_KEY not in client.session
    assert client.session.session_key == key
    provider.refresh_from_db()
    assert provider.tested_by == cast.people["northwind_manager"]
    assert not CompanyIdentity.objects.exists()


@pytest.mark.parametrize("persona", ["halden_manager", "northwind_approver", "brightpath_administrator", ""])
def test_only_the_vendors_manager_tries_it_out(cast, provider, browse, persona):
    client = browse(persona) if persona else Client()
    assert client.get("/accounts/company/northwind-entra/go/?test=1").status_code == 404


def test_the_client_secret_is_sealed_and_never_shown(cast, browse):
    client = browse("northwind_manager")
    client.post(reverse("console:provider-add"), {"name": "Okta", "protocol": "oidc", "domains": "northwind.example"})
    provider = IdentityProvider.objects.get()
    page = reverse("console:provider", args=[provider.slug])
    form = {
        "name": "Okta", "domains": "northwind.example", "issuer": "https://okta.example", "client_id": "c",
        "client_secret": "zq-hush-zq",
    }  # fmt: skip
    assert client.post(page, form).status_code == 302
    provider.refresh_from_db()
    sealed = provider.client_secret
    assert "zq-hush-zq" not in sealed
    assert len(sealed) > 40
    assert "zq-hush-zq" not in client.get(page).content.decode()
    assert not Event.objects.filter(data__icontains="zq-hush").exists()
    assert not any("zq-hush" in str(event.before) + str(event.after) for event in Event.objects.all())
    client.post(page, {**form, "client_secret": "", "issuer": "https://other.example"})
    provider.refresh_from_db()
    assert provider.client_secret == sealed
    assert provider.issuer == "https://other.example"


def test_a_saml_provider_is_set_up_by_its_metadata(cast, browse):
    client = browse("northwind_manager")
    client.post(reverse("console:provider-add"), {"name": "Entra", "protocol": "saml", "domains": "northwind.example"})
    page = reverse("console:provider", args=["northwind-entra"])
    shown = client.get(page).content.decode()
    assert "http://testserver/accounts/saml/northwind-entra/acs/" in shown
    bare = "".join(make_saml(cast.halden.vendor).certificates.splitlines()[1:-1])
    metadata = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/e">
    <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
    <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{bare}</ds:X509Certificate>
    </ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService
    Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
    </md:IDPSSODescriptor></md:EntityDescriptor>"""
    form = {"name": "Entra", "domains": "northwind.example"}
    for wrong in ("<x/>", "nothing", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", metadata.replace(bare, "AAAA")):
        assert client.post(page, {**form, "metadata": wrong}).status_code == 422, wrong[:40]
    assert client.post(page, {**form, "metadata": metadata}).status_code == 302
    provider = IdentityProvider.objects.get(slug="northwind-entra")
    assert (provider.issuer, provider.sign_in_url) == ("https://idp.example/e", "https://idp.example/sso")
    insecure = metadata.replace("https://idp.example/sso", "http://idp.example/sso")
    assert client.post(page, {**form, "metadata": insecure}).status_code == 422


def test_one_vendors_pages_are_not_anothers(cast, provider, browse):
    client = browse("halden_manager")
    assert "northwind" not in client.get(reverse("console:providers")).content.decode()
    assert client.get(reverse("console:provider", args=[provider.slug])).status_code == 404
    assert client.post(reverse("console:provider-switch", args=[provider.slug]), {"on": "no"}).status_code == 404
    provider.refresh_from_db()
    assert provider.is_active


def test_who_may_act_from_where_costs_no_further_query(cast, both, provider, browse, company):
    plain, walled = browse("northwind_manager"), company
    counts = []
    for client in (plain, walled):
        client.get(reverse("desk:deal-list"))
        with CaptureQueriesContext(connection) as taken:
            client.get(reverse("desk:deal-list"))
        counts.append(len(taken))
    assert counts[0] == counts[1]


def test_an_invited_colleague_goes_straight_to_the_company(cast, required):
    invite_people(
        actor=cast.actor("northwind_manager"),
        invitees=[Invitee(email="eva@northwind.example", role=Role.APPROVER)],
    )
    link = re.search(r"/invitations/[\w-]+/", Mail.objects.latest("pk").text).group(0)
    client = Client()
    assert "sign in with Entra" in client.get(link).content.decode()
    assert client.post(link, {"name": "Eva", "way": "company"})["Location"] == "/accounts/company/northwind-entra/"
    person = Person.objects.get(email="eva@northwind.example")
    assert not person.has_usable_password()
    post(client, signed(saml_answer(required, begin(client), name_id=person.email)))
    assert client.get("/")["Location"] == reverse("desk:queue")
