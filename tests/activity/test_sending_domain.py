"""SPF, DKIM and DMARC, asked of a real name server on loopback; every finding says what to do."""

from __future__ import annotations

import base64

import pytest

from activity import sending_domain
from activity.sending_domain import check_replies, check_sender, is_domain, resolver_at
from tests.activity.name_server import name_server

LONG = base64.b64encode(bytes(294)).decode()
SHORT = base64.b64encode(bytes(162)).decode()
SPF, DKIM, DMARC = ("mail.example", "TXT"), ("s1._domainkey.mail.example", "TXT"), ("_dmarc.mail.example", "TXT")
GOOD = {
    SPF: ['"google-site-verification=1"', '"v=spf1 include:service.example -all"'],
    ("service.example", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 -all"'],
    DKIM: [f'"v=DKIM1; k=rsa; p={LONG[:200]}" "{LONG[200:]}"'],
    DMARC: ['"v=DMARC1; p=quarantine; rua=mailto:dmarc@mail.example"'],
}


def found(records, selector="s1", domain="mail.example"):
    with name_server(records) as port:
        return {each.subject: each for each in check_sender(domain, selector, resolver_at("127.0.0.1", port))}


def test_well_published_sender_is_in_order():
    findings = found(GOOD)
    assert {name: each.tone for name, each in findings.items()} == {"SPF": "good", "DKIM": "good", "DMARC": "good"}
    assert findings["SPF"].found == ("v=spf1 include:service.example -all",)


def test_nothing_published_says_what_to_publish_where():
    findings = found({("elsewhere.example", "TXT"): ['"x"']})
    assert {each.tone for each in findings.values()} == {"bad"}
    assert findings["SPF"].publish.name == "mail.example"
    assert findings["DKIM"].publish.name == "s1._domainkey.mail.example"
    assert findings["DMARC"].publish.value.startswith("v=DMARC1; p=quarantine")


@pytest.mark.parametrize(
    ("record", "tone", "words"),
    [
        ("v=spf1 +all", "bad", "everybody"),
        ("v=spf1 all", "bad", "everybody"),
        ("v=spf1 include:service.example", "warn", "what holds for others"),
        ("v=spf1 include:service.example ~all", "good", "names who may send"),
        ("v=spf1 redirect=service.example", "good", "names who may send"),
        ("v=SPF1 ip4:192.0.2.1 -ALL", "good", "names who may send"),
    ],
)
def test_spf(record, tone, words):
    finding = found({**GOOD, SPF: [f'"{record}"']})["SPF"]
    assert finding.tone == tone
    assert words in finding.sentence


def test_two_spf_records_are_none():
    assert "2 SPF records" in found({**GOOD, SPF: ['"v=spf1 -all"', '"v=spf1 a -all"']})["SPF"].sentence


def test_spf_with_too_many_look_ups_counts_those_of_what_it_includes():
    many = {(f"i{number}.example", "TXT"): ['"v=spf1 a mx include:loop.example -all"'] for number in range(3)}
    records = {**GOOD, **many, SPF: ['"v=spf1 include:i0.example include:i1.example include:i2.example -all"']}
    records["loop.example", "TXT"] = ['"v=spf1 include:loop.example -all"']
    finding = found(records)["SPF"]
    assert (finding.tone, "13 look-ups" in finding.sentence) == ("bad", True)


@pytest.mark.parametrize(
    ("record", "tone", "words"),
    [
        (f"v=DKIM1; p={SHORT}", "warn", "2048"),
        ("v=DKIM1; p=", "bad", "withdrawn"),
        ("v=DKIM1; p=%%%", "bad", "can’t be read"),
        (f"k=rsa; p={LONG}"[:240], "bad", "can’t be read"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "good", "key is there"),
    ],
)
def test_dkim(record, tone, words):
    finding = found({**GOOD, DKIM: [f'"{record}"']})["DKIM"]
    assert finding.tone == tone
    assert words in finding.sentence


def test_dkim_without_a_selector_asks_for_it():
    finding = found(GOOD, selector="")["DKIM"]
    assert (finding.tone, "selector" in finding.sentence) == ("warn", True)


@pytest.mark.parametrize(
    ("records", "tone"),
    [
        (['"v=DMARC1; p=none"'], "warn"),
        (['"v=DMARC1;p=reject"'], "good"),
        (['"v=DMARC1; p=maybe"'], "bad"),
        (['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'], "bad"),
    ],
)
def test_dmarc(records, tone):
    assert found({**GOOD, DMARC: records})["DMARC"].tone == tone


def test_dmarc_of_the_organisation_holds_for_what_is_below_it():
    records = {
        ("_dmarc.firm.co.uk", "TXT"): ['"v=DMARC1; p=reject; sp=none"'],
        ("mail.firm.co.uk", "TXT"): ['"v=spf1 -all"'],
    }
    assert found(records, domain="mail.firm.co.uk")["DMARC"].tone == "warn"


def test_silent_name_server_is_said_and_never_guessed(monkeypatch):
    monkeypatch.setattr(sending_domain, "SECONDS_A_QUESTION", 0.3)
    with name_server({}, silent=True) as port:
        findings = check_sender("mail.example", "s1", resolver_at("127.0.0.1", port))
    assert [(each.tone, "did not answer" in each.sentence) for each in findings] == [("warn", True)]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("localhost", False), ("mail.example", True), ("x", False), ("a b.c", False), ("printer.local", False)],
)
def test_what_is_a_domain(name, is_one):
    assert is_domain(name) is is_one


@pytest.mark.parametrize(
    ("records", "tone"),
    [
        ({("help.example", "MX"): ["10 mx.help.example."]}, "good"),
        ({("help.example", "MX"): ["0 ."]}, "bad"),
        ({("help.example", "TXT"): ['"x"']}, "bad"),
    ],
)
def test_answers_can_arrive(records, tone):
    with name_server(records) as port:
        assert check_replies("us@help.example", resolver_at("127.0.0.1", port)).tone == tone


def test_vendor_without_a_support_address_is_told_so():
    with name_server({}) as port:
        assert check_replies("", resolver_at("127.0.0.1", port)).tone == "warn"
