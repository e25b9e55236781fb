"""Registering by forwarded mail: who may, what is understood, what is refused without a word."""

from __future__ import annotations

import base64
from datetime import date
from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg.inbound.addresses import address_for, new_code
from dealreg.inbound.mime import UnreadableMailError, plain_text, read_content, read_envelope
from dealreg.inbound.reading import Known, Listed, Place, day_in, understood
from dealreg.models import Deal, DealDraft, DealFile, InboundMail, MailAddress
from dealreg.services import make_address, receive_mail
from partners.models import Seat
from prm.kernel.errors import Forbidden

FORWARDED = """Please register this.
Kunde: Castellan Foods GmbH
Wert: 120.000 EUR
Abschluss: 30. Juni 2027
12 x PalletCell 40

---------- Forwarded message ---------
Von: Ines Rothmann <ines@castellan-foods.de>
Betreff: Palettierung

> Wir haben eine zweite Halle.
"""


@pytest.fixture(autouse=True)
def domain(settings):
    settings.INBOUND_MAIL_DOMAIN = "in.example"


@pytest.fixture
def address(cast):
    return make_address(actor=cast.actor("brightpath_sales")).address


def mail(cast, to, text=FORWARDED, sender=None, number="<1@x.example>", **headers):
    found = EmailMessage()
    found["From"] = sender or f"Sales <{cast.people['brightpath_sales'].email.upper()}>"
    found["To"], found["Subject"] = to, "Fwd: WG: Palletising in Ulm"
    if number:
        found["Message-ID"] = number
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    found.set_content(text)
    return found


def send(raw, **query):
    return Client().post(reverse("api:inbound-mail"), raw, content_type="message/rfc822", query_params=query)


def test_forwarded_mail_becomes_a_draft_with_what_was_understood_and_is_answered(cast, address, browse):
    message = mail(cast, address)
    message.add_attachment(b"%PDF-1.4 plan", maintype="application", subtype="pdf", filename="plan.pdf")
    message.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="setup.exe")
    answer = send(message.as_bytes())
    assert (answer.status_code, answer.json()) == (202, {})
    draft = DealDraft.objects.get()
    assert draft.person == cast.people["brightpath_sales"]
    content = draft.content
    wanted = {
        "customer_name": "Castellan Foods GmbH",
        "customer_domain": "castellan-foods.de",
        "customer_country": "DE",
        "contact_name": "Ines Rothmann",
        "contact_email": "ines@castellan-foods.de",
        "title": "Palletising in Ulm",
        "value": "120000.00",
        "currency": "EUR",
        "close_date": "2027-06-30",
        "enrollment": str(cast.enrollments["brightpath_northwind"].pk),
        "lines-TOTAL_FORMS": "1",
        "lines-0-product": str(cast.northwind.robot.pk),
        "lines-0-quantity": "12",
    }
    assert {name: content.get(name) for name in wanted} == wanted
    assert "zweite Halle" in content["notes"]
    assert list(DealFile.objects.filter(draft=draft).values_list("name", flat=True)) == ["plan.pdf"]
    drain()
    told = Notification.objects.get(kind="mail.received")
    assert (told.person, told.path) == (cast.people["brightpath_sales"], draft.get_absolute_url())
    sent = Mail.objects.get(template="mail_received")
    assert "setup.exe" in sent.text
    assert "Nothing is missing" in sent.text
    assert draft.get_absolute_url() in sent.text
    page = browse("brightpath_sales").get(draft.get_absolute_url()).content.decode()
    assert "Castellan Foods GmbH" in page
    assert Event.objects.get(kind="mail.received").vendor_id is None
    listed = browse("brightpath_sales").get(reverse("portal:by-mail")).content.decode()
    assert address in listed
    assert "Palletising in Ulm" in listed


def nothing_there():
    return (DealDraft.objects.count(), InboundMail.objects.count(), Deal.objects.count(), Mail.objects.count())


def test_stranger_wrong_token_replay_and_leaver_create_nothing_and_are_told_nothing(cast, address):
    before = nothing_there()
    code = new_code()
    tampered = address.replace("+", "+a", 1).replace("@", "b@")[: len(address)]
    tries = [
        mail(cast, address, sender="someone@stranger.example"),
        mail(cast, address, sender=cast.people["brightpath_administrator"].email),
        mail(cast, f"deals+{code}{'a' * 16}@in.example"),
        mail(cast, address_for(code)),  # signed, of nobody
        mail(cast, tampered),
        mail(cast, address.replace("in.example", "else.example")),
        mail(cast, address, Auto_Submitted="auto-replied"),
        mail(cast, "sales@brightpath.example"),
    ]
    answers = {(answer.status_code, answer.content) for answer in map(send, (each.as_bytes() for each in tries))}
    assert answers == {(202, b"{}")}
    old = address
    renewed = make_address(actor=cast.actor("brightpath_sales")).address
    assert send(mail(cast, old).as_bytes()).content == b"{}"  # replaced
    assert nothing_there() == before
    assert send(mail(cast, renewed).as_bytes()).content == b"{}"
    assert DealDraft.objects.count() == 1
    assert send(mail(cast, renewed).as_bytes()).content == b"{}"  # the same Message-ID
    assert DealDraft.objects.count() == 1
    Seat.objects.filter(pk=cast.seats["brightpath_sales"].pk).update(is_active=False)
    send(mail(cast, renewed, number="<2@x.example>").as_bytes())
    assert (DealDraft.objects.count(), MailAddress.objects.count()) == (1, 2)
    with pytest.raises(Forbidden):
        make_address(actor=cast.actor("brightpath_marketing"))


def test_bombs_are_passed_over_in_time_and_odd_mails_still_become_drafts(cast, address):
    head = mail(cast, address, number="").as_bytes().split(b"\n\n", 1)[0].replace(b"text/plain", b"text/x")
    plain = b"\n".join(line for line in head.split(b"\n") if not line.lower().startswith(b"content-"))
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(500))
    assert receive_mail(plain + b"\n" + nested) is not None  # a draft without text
    with pytest.raises(UnreadableMailError):
        read_content(plain + b"\n" + nested)
    for raw in (b"X: " + b"a" * 200_000 + b"\n\n", b"a" * 10_000_001):
        with pytest.raises(UnreadableMailError):
            read_envelope(raw)
    assert send(b"").status_code == 202
    assert send(b"\x00\xff" * 50).status_code == 202
    assert send(b"a" * 10_000_001).status_code == 413
    assert read_envelope(b"From: " + b"(" * 500 + b"\n\n").sender == ""
    wrong = plain.replace(b"Fwd", b"1") + b"\nContent-Type: text/plain; charset=klingon\n\nKunde: M\xfcller AG\n"
    made = receive_mail(wrong)
    assert made is not None
    assert made.understood["customer_name"] == "Müller AG"
    empty = receive_mail(plain.replace(b"Fwd", b"2") + b"\n\n")
    assert empty is not None
    assert "customer_name" in empty.missing
    page = "<style>x</style><p>Client&nbsp;: Usine SA</p><script>evil()</script><td>Montant : 85k€</td>" + "<!" * 9_000
    html = EmailMessage()
    html["From"], html["To"] = cast.people["brightpath_sales"].email, address
    html.set_content(page, subtype="html")
    found = receive_mail(html.as_bytes())
    assert found is not None
    assert (found.understood["customer_name"], found.understood["value"]) == ("Usine SA", "85000.00")
    assert "evil" not in plain_text(page)


def test_maildir_is_taken_in_once(cast, address, tmp_path):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.x").write_bytes(mail(cast, "deals@in.example", Delivered_To=address).as_bytes())
    call_command("receive_mail", maildir=str(tmp_path))
    assert [path.name for path in (tmp_path / "cur").iterdir()] == ["1.x:2,S"]
    assert DealDraft.objects.count() == 1


KNOWN = Known(
    places=[Place(1, "Northwind Robotics", "Partners"), Place(2, "Halden Cloud", "Partners")],
    products=[Listed(1, 11, "PalletCell 40", "PC-40"), Listed(2, 21, "Cloud Store", "CST")],
    own_names=["Brightpath GmbH", "Northwind Robotics"],
    own_domains={"brightpath.example"},
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Client : Usine Dupont SARL\nMontant : 1,2 Mio EUR\nDate de clôture : T", {"value": "1200000.00"}),
        ("Klant: Fabriek BV\nWaarde: € 85.000,50", {"customer_name": "Fabriek BV", "value": "85000.50"}),
        ("budget is about $ 90,000 this year", {"value": "90000.00", "currency": "USD"}),
        ("either 10.000 EUR or 20.000 EUR", {"value": None}),
        ("we need 8 pcs PC-40", {"enrollment": "1", "lines-0-product": "11", "lines-0-quantity": "8"}),
        ("Vendor: Halden\nCloud Store x 3", {"enrollment": "2", "lines-0-quantity": "3"}),
        ("nothing said", {"enrollment": None, "customer_name": None}),
        ("From: Bo <bo@brightpath.example>\nFrom: Al <al@gmail.com>", {"contact_name": "Al", "customer_domain": None}),
        ("Yours\nMuster Maschinenbau GmbH\nBrightpath GmbH", {"customer_name": "Muster Maschinenbau GmbH"}),
        ("Land: Österreich\nOrt: Linz", {"customer_country": "AT", "customer_city": "Linz"}),
        ("Website: https://www.castellan.co.uk/x", {"customer_domain": "castellan.co.uk", "customer_country": "GB"}),
    ],
)
def test_text_is_understood_by_plain_rules(text, wanted):
    found = understood(text, "RE: Fwd: Halle 2", KNOWN)
    assert {name: found.get(name) for name in wanted} == wanted
    assert found["title"] == "Halle 2"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2027-03-31", date(2027, 3, 31)),
        ("31.03.2027", date(2027, 3, 31)),
        ("15. März 2027", date(2027, 3, 15)),
        ("March 15, 2027", date(2027, 3, 15)),
        ("15 de junio de 2027", date(2027, 6, 15)),
        ("Q2 2027", date(2027, 6, 30)),
        ("end of February 2028", date(2028, 2, 29)),
        ("31.02.2027", None),
        ("soon", None),
    ],
)
def test_days_are_understood_as_people_write_them(said, day):
    assert day_in(said) == day


def test_long_base64_is_no_text():
    raw = b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode("Grüße".encode())
    assert read_content(raw).text == "Grüße"
