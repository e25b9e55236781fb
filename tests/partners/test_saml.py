"""Sign-in by SAML with answers that are really signed, and every classic way to lie with them."""

from __future__ import annotations

import copy
import re
import zlib
from base64 import b64decode
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from lxml import etree

from partners.middleware import COMPANY_KEY
from partners.models import CompanyIdentity, SeenAssertion
from people.models import Person
from tests.partners.company import encoded, make_key, make_saml, saml_answer, signed, stamp

SAML, SAMLP, DS = (
    "urn:oasis:names:tc:SAML:2.0:assertion",
    "urn:oasis:names:tc:SAML:2.0:protocol",
    "http://www.w3.org/2000/09/xmldsig#",
)
NS = {"saml": SAML, "samlp": SAMLP, "ds": DS}
BOSS = "manager@northwind.example"


@pytest.fixture
def provider(cast):
    Person.objects.filter(pk=cast.people["northwind_approver"].pk).update(email="deals@northwind.example")
    return make_saml(cast.northwind.vendor)


def begin(client, slug="northwind-entra") -> str:
    """Go to the provider; return the request's id."""
    sent = client.get(f"/accounts/company/{slug}/go/")
    assert sent.status_code == 302, sent.content.decode()[:500]
    asked = parse_qs(urlsplit(sent["Location"]).query)["SAMLRequest"][0]
    return re.search(rb' ID="([^"]+)"', zlib.decompress(b64decode(asked), -15)).group(1).decode()


def post(client, text, slug="northwind-entra"):
    """Post an answer as the provider's page would, follow to the end, and return the last response."""
    return client.post(f"/accounts/saml/{slug}/acs/", {"SAMLResponse": encoded(text)}, follow=True)


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def refused(client, text, slug="northwind-entra") -> bool:
    answer = post(client, text, slug)
    return answer.status_code == 403 and not signed_in(client) and not CompanyIdentity.objects.exists()


def test_staff_come_in_by_a_signed_answer_to_their_own_request(cast, provider):
    client = Client()
    landed = post(client, signed(saml_answer(provider, begin(client))))
    assert landed.redirect_chain[-1][0] == reverse("desk:queue")
    assert client.session[COMPANY_KEY] == cast.northwind.vendor.pk
    assert SeenAssertion.objects.count() == 1


def test_the_address_may_be_an_attribute_beside_a_lasting_id(provider):
    client = Client()
    value = "<saml:AttributeValue>deals@northwind.example</saml:AttributeValue>"
    attribute = f'<saml:Attribute Name="email">{value}</saml:Attribute>'
    attributes = f"<saml:AttributeStatement>{attribute}</saml:AttributeStatement>"
    form = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    text = saml_answer(provider, begin(client), name_id="id-1", form=form, attributes=attributes)
    post(client, signed(text))
    assert signed_in(client)
    assert CompanyIdentity.objects.get().subject == "id-1"


def test_an_answer_signed_twice_over_is_taken(provider):
    client = Client()
    post(client, signed(signed(saml_answer(provider, begin(client))), what="Response"))
    assert signed_in(client)


def test_a_replayed_answer_opens_nothing(provider):
    client = Client()
    text = signed(saml_answer(provider, begin(client)))
    post(client, text)
    assert signed_in(client)
    for again in (client, Client()):
        again.post(reverse("account_logout"))
        assert post(again, text).status_code == 403
        assert not signed_in(again)


def test_an_assertion_is_taken_once_even_for_a_new_request(provider):
    client = Client()
    post(client, signed(saml_answer(provider, begin(client), assertion_id="_same")))
    client.post(reverse("account_logout"))
    assert post(client, signed(saml_answer(provider, begin(client), assertion_id="_same"))).status_code == 403
    assert not signed_in(client)


def test_a_stolen_answer_opens_nothing_in_another_browser(provider):
    victim, thief = Client(), Client()
    text = signed(saml_answer(provider, begin(victim)))
    begin(thief)
    assert post(thief, text).status_code == 403
    assert not signed_in(thief)


def test_unsigned(provider):
    client = Client()
    assert refused(client, saml_answer(provider, begin(client)))


def test_only_the_response_signed(provider):
    client = Client()
    assert refused(client, signed(saml_answer(provider, begin(client)), what="Response"))


def test_signed_by_another_key_even_with_its_certificate_inside(provider):
    client = Client()
    text = signed(saml_answer(provider, begin(client)), make_key("mallory"))
    assert refused(client, text)
    bare = "".join(make_key("mallory").certificate.splitlines()[1:-1])
    data = f"<ds:X509Data><ds:X509Certificate>{bare}</ds:X509Certificate></ds:X509Data>"
    inside = f'<ds:KeyInfo xmlns:ds="{DS}">{data}</ds:KeyInfo>'
    assert refused(client, text.replace("</ds:SignatureValue>", "</ds:SignatureValue>" + inside))


def test_signed_with_sha1(provider):
    client = Client()
    assert refused(client, signed(saml_answer(provider, begin(client)), digest="SHA1"))


def test_changed_after_signing(provider):
    client = Client()
    assert refused(client, signed(saml_answer(provider, begin(client))).replace("deals@", "manager@"))


@pytest.mark.parametrize(
    "changes",
    [
        {"for_whom": "http://testserver/accounts/saml/halden-entra/metadata/"},
        {"audience": ""},
        {"to": "http://testserver/accounts/saml/halden-entra/acs/"},
        {"to": "http://testserver/accounts/saml/northwind-entra/acs/../evil"},
        {"recipient": ""},
        {"destination": "https://elsewhere.example/acs/"},
        {"issuer": "https://idp.elsewhere.example/entity"},
        {"ends": stamp(-3600)},
        {"starts": stamp(3600)},
        {"asked": ""},
        {"asked": "_of_somebody_else"},
        {"asked_by": ""},
        {"asked_by": ' InResponseTo="_another"'},
        {"name_id": "deals@halden.example"},
        {"name_id": "nobody@northwind.example"},
        {"name_id": ""},
        {"assertion_id": "_" + "a" * 300},
        {"form": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
    ],
)
def test_signed_but_meant_for_another_or_out_of_time(provider, changes):
    client = Client()
    assert refused(client, signed(saml_answer(provider, begin(client), **changes)))


def test_nobody_asked_for_it(provider):
    """What a provider sends by itself is refused, with and without a request of another browser."""
    assert refused(Client(), signed(saml_answer(provider, "")))
    assert refused(Client(), signed(saml_answer(provider, begin(Client()))))


# -- Signature wrapping: the signed assertion stays somewhere, another one is offered in its place


def forged(root):
    """Return a copy of the assertion without its signature, about the boss, under another id."""
    evil = copy.deepcopy(root.find("saml:Assertion", NS))
    evil.remove(evil.find("ds:Signature", NS))
    evil.set("ID", "_evil")
    evil.find("saml:Subject/saml:NameID", NS).text = BOSS
    return evil


def wrap_before(root):
    root.insert(list(root).index(root.find("saml:Assertion", NS)), forged(root))


def wrap_after(root):
    root.append(forged(root))


def wrap_around(root):
    good, evil = root.find("saml:Assertion", NS), forged(root)
    root.replace(good, evil)
    evil.append(good)


def wrap_in_signature(root):
    """The evil assertion carries the signature, whose reference points at the good one within it."""
    good, evil = root.find("saml:Assertion", NS), forged(root)
    signature = good.find("ds:Signature", NS)
    root.replace(good, evil)
    good.remove(signature)
    evil.insert(1, signature)
    container = etree.SubElement(signature, f"{{{DS}}}Object")
    container.append(good)


def wrap_in_extensions(root):
    good, evil = root.find("saml:Assertion", NS), forged(root)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    root.replace(good, evil)
    extensions.append(good)
    root.insert(1, extensions)


def wrap_with_same_id(root):
    good, evil = root.find("saml:Assertion", NS), forged(root)
    evil.set("ID", good.get("ID"))
    root.insert(list(root).index(good), evil)


def wrap_whole_response(root):
    """A new response whose own signature's object holds the old one."""
    good = root.find("saml:Assertion", NS)
    evil = forged(root)
    evil.insert(1, copy.deepcopy(good.find("ds:Signature", NS)))
    status = root.find("samlp:Status", NS)
    detail = etree.SubElement(status, f"{{{SAMLP}}}StatusDetail")
    root.replace(good, evil)
    detail.append(good)


def wrap_encrypted(root):
    good, evil = root.find("saml:Assertion", NS), forged(root)
    root.replace(good, evil)
    encrypted = etree.SubElement(root, f"{{{SAML}}}EncryptedAssertion")
    encrypted.append(good)


def second_signature(root):
    """Two signatures in the assertion, the second of another key."""
    good = root.find("saml:Assertion", NS)
    good.insert(2, copy.deepcopy(good.find("ds:Signature", NS)))
    good.find("saml:Subject/saml:NameID", NS).text = BOSS


def drop_reference(root):
    """An empty reference means the whole document; an attacker changes it to something harmless."""
    root.find(".//ds:Reference", NS).set("URI", "")
    root.find("saml:Assertion/saml:Subject/saml:NameID", NS).text = BOSS


WRAPPINGS = [
    wrap_before,
    wrap_after,
    wrap_around,
    wrap_in_signature,
    wrap_in_extensions,
    wrap_with_same_id,
    wrap_whole_response,
    wrap_encrypted,
    second_signature,
    drop_reference,
]


@pytest.mark.parametrize("wrap", WRAPPINGS)
@pytest.mark.parametrize("what", ["Assertion", "Response"])
def test_wrapped_signatures(provider, wrap, what):
    client = Client()
    text = signed(saml_answer(provider, begin(client)))
    if what == "Response":
        text = signed(text, what="Response")
    root = etree.fromstring(text.encode())
    wrap(root)
    assert refused(client, etree.tostring(root).decode())


@pytest.mark.parametrize(
    "name_id",
    [
        "manager@northwind.example<!---->.evil.example",
        "manager@northwind.example<!-- x -->.northwind.example",
        "<!---->manager@northwind.example<?x y?>.evil.example",
    ],
)
def test_a_comment_does_not_cut_a_name_short(provider, name_id):
    """The attack of 2018: signed as one name, read as its first part."""
    client = Client()
    assert refused(client, signed(saml_answer(provider, begin(client), name_id=name_id)))


def test_a_comment_put_in_after_signing_changes_nobody(cast, provider):
    client = Client()
    text = signed(saml_answer(provider, begin(client)))
    post(client, text.replace("deals@northwind", "deals<!-- x -->@northwind"))
    # Comments are not signed; the name is read whole.
    assert not signed_in(client) or int(client.session["_auth_user_id"]) == cast.people["northwind_approver"].pk


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]>',
        BOMB + "]>",
    ],
)
def test_entities_and_document_types_are_not_read(provider, prologue):
    client = Client()
    text = prologue + signed(saml_answer(provider, begin(client)))
    assert refused(client, text.replace("deals@northwind.example", "&file;" if "file" in prologue else "&j;"))
    assert refused(client, prologue + signed(saml_answer(provider, begin(client))))


@pytest.mark.parametrize("text", ["", "x", "<", "<a/>", "\0", "<samlp:Response/>"])
def test_rubbish(provider, text):
    assert refused(Client(), text)


def test_not_base64_and_nothing_at_all(provider):
    for data in ({}, {"SAMLResponse": "%%%"}, {"SAMLResponse": "é"}, {"SAMLResponse": "A"}):
        assert Client().post("/accounts/saml/northwind-entra/acs/", data, follow=True).status_code == 403


def test_a_provider_that_is_not_set_up_yet_has_metadata_and_opens_nothing(provider):
    provider.issuer = provider.sign_in_url = provider.certificates = ""
    provider.is_active = False
    provider.save()
    assert Client().get("/accounts/saml/northwind-entra/metadata/").status_code == 200
    assert refused(Client(), signed(saml_answer(provider, "_x")))


def test_a_manager_who_tries_it_out_reads_the_reason_and_strangers_do_not(cast, provider, browse):
    manager, answer = browse("northwind_manager"), {"SAMLResponse": encoded(saml_answer(provider, "_x"))}
    told = manager.post("/accounts/saml/northwind-entra/acs/", answer, follow=True).content.decode()
    assert "is not signed" in told
    for persona in ("halden_manager", "northwind_approver"):
        other = browse(persona).post("/accounts/saml/northwind-entra/acs/", answer, follow=True)
        assert other.status_code == 403
        assert "is not signed" not in other.content.decode()


def test_a_huge_answer_is_not_even_read(provider):
    client = Client()
    text = signed(saml_answer(provider, begin(client)))
    assert refused(client, text + " " * 300_000)


def test_an_answer_of_one_vendors_provider_opens_nothing_at_anothers(cast, provider):
    """Halden's provider has a key of its own, and signs what would be right for Northwind."""
    halden = make_saml(cast.halden.vendor, make_key("halden"))
    client = Client()
    text = saml_answer(provider, begin(client))
    assert refused(client, signed(text, make_key("halden")))
    begin(client, "halden-entra")
    assert refused(client, signed(text, make_key("halden")), "halden-entra")
    asked = begin(client, "halden-entra")
    lie = saml_answer(halden, asked, name_id="deals@northwind.example")
    assert refused(client, signed(lie, make_key("halden")), "halden-entra")


def test_two_providers_of_one_vendor_with_one_key_are_kept_apart(cast, provider):
    make_saml(cast.northwind.vendor, slug="northwind-two")
    client = Client()
    asked = begin(client, "northwind-two")
    assert refused(client, signed(saml_answer(provider, asked)))


def test_both_certificates_count_while_one_follows_the_other(provider):
    provider.certificates = make_key("next").certificate + make_key().certificate
    provider.save()
    for key in (make_key(), make_key("next")):
        client = Client()
        post(client, signed(saml_answer(provider, begin(client)), key))
        assert signed_in(client)


def test_our_metadata_say_what_we_want(provider):
    text = Client().get("/accounts/saml/northwind-entra/metadata/").content.decode()
    assert 'WantAssertionsSigned="true"' in text
    assert "http://testserver/accounts/saml/northwind-entra/acs/" in text


def test_the_request_goes_to_the_provider_only_and_the_kept_answer_is_gone_afterwards(provider):
    client = Client()
    response = client.post(
        "/accounts/saml/northwind-entra/acs/",
        {"SAMLResponse": encoded(signed(saml_answer(provider, begin(client)))), "RelayState": "https://evil.example/"},
    )
    assert response["Location"] == "/accounts/saml/northwind-entra/finish/"
    landed = client.get(response["Location"])
    assert landed["Location"] == reverse("start")
    assert client.get(response["Location"]).status_code == 403


def test_a_switched_off_provider_opens_nothing(provider):
    client = Client()
    text = signed(saml_answer(provider, begin(client)))
    provider.is_active = False
    provider.save()
    assert refused(client, text)
    assert client.get("/accounts/company/northwind-entra/go/").status_code == 404
