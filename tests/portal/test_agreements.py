"""The pages about agreements: read, sign, countersign, the gate, the check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.relay import drain
from onboarding.enums import AgreementState
from onboarding.models import Agreement, Signature
from onboarding.services.agreements import send_agreement
from tests.api_client import Api, token_of
from tests.cast import Cast
from tests.onboarding.agreements import make_template, publish, put_one
from tests.onboarding.test_agreement_papers import sealed_one

Browse = Callable[[str], Client]


def answers(agreement: Agreement, **changes: str) -> dict[str, str]:
    given = {
        "document_hash": agreement.document_hash,
        "name": "Ada Brightpath",
        "position": "Managing director",
        "way": "typed",
        "authority": "on",
        "consent": "on",
    }
    return {name: value for name, value in {**given, **changes}.items() if value}


def test_administrator_reads_and_signs(cast: Cast, browse: Browse) -> None:
    agreement = put_one(cast)
    client = browse("brightpath_administrator")
    page = client.get(agreement.get_absolute_url())
    assert "I am entitled to sign for Brightpath GmbH." in page.text
    assert "<strong>Northwind Robotics Partners</strong>" in page.text
    done = client.post(agreement.get_absolute_url(), answers(agreement), headers={"User-Agent": "Probe/1"})
    assert done.status_code == 302
    kept = Signature.objects.get()
    assert (kept.name, kept.browser, kept.address) == ("Ada Brightpath", "Probe/1", "127.0.0.1")
    assert "Sealed PDF" not in page.text
    drain()
    agreement.refresh_from_db()
    file = client.get(f"{agreement.get_absolute_url()}sealed.pdf")
    assert b"".join(file.streaming_content) == Path(agreement.sealed.path).read_bytes()


def test_incomplete_form_keeps_what_was_typed(cast: Cast, browse: Browse) -> None:
    agreement = put_one(cast)
    page = browse("brightpath_administrator").post(agreement.get_absolute_url(), answers(agreement, authority=""))
    assert page.status_code == 422
    assert "Confirm that you are entitled to sign." in page.text
    assert "Ada Brightpath" in page.text
    assert not Signature.objects.exists()


def test_drawing_that_is_none_is_refused(cast: Cast, browse: Browse) -> None:
    agreement = put_one(cast)
    given = answers(agreement, way="drawn", drawing="<svg>")
    page = browse("brightpath_administrator").post(agreement.get_absolute_url(), given)
    assert page.status_code == 422
    assert "Draw it again" in page.text


def test_manager_countersigns_on_the_desk(cast: Cast, browse: Browse) -> None:
    agreement = put_one(cast, countersign=True)
    browse("brightpath_administrator").post(agreement.get_absolute_url(), answers(agreement))
    desk = browse("northwind_manager")
    assert "1 waits for your countersignature" in desk.get("/desk/agreements/").text
    assert desk.post(agreement.get_desk_url(), answers(agreement, name="Mara")).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.IN_FORCE
    assert browse("northwind_approver").post(agreement.get_desk_url(), answers(agreement)).status_code == 403


def test_manager_takes_back_with_a_reason(cast: Cast, browse: Browse) -> None:
    agreement = put_one(cast)
    desk = browse("northwind_manager")
    assert desk.post(f"{agreement.get_desk_url()}take-back/", {"reason": " "}).status_code == 422
    assert desk.post(f"{agreement.get_desk_url()}take-back/", {"reason": "Wrong one"}).status_code == 302
    assert "Wrong one" in browse("brightpath_administrator").get(agreement.get_absolute_url()).text


def test_vendor_sends_by_hand_and_is_told_what_is_missing(cast: Cast, browse: Browse) -> None:
    template = make_template(cast.northwind, "Support: {{vendor.support_email}}")
    desk, given = browse("northwind_manager"), {"template": "partner-agreement"}
    given["enrollment"] = str(cast.enrollments["kappel_northwind"].pk)
    page = desk.post("/desk/partners/kappel/agreements/send/", given)
    assert page.status_code == 422
    assert "your support address" in page.text
    assert not Agreement.objects.exists()
    publish(template, "Complete.", number=2)
    assert desk.post("/desk/partners/kappel/agreements/send/", given).status_code == 302
    assert Agreement.objects.get().partner == cast.kappel


# -- The gate


def test_pages_of_the_vendor_wait_for_its_agreement_and_others_stay_open(cast: Cast, browse: Browse) -> None:
    deal = cast.register()
    agreement = put_one(cast, gate=True)
    client = browse("brightpath_administrator")
    needed = f"{agreement.get_absolute_url()}needed/"
    # Halden is open: its pages show, without Northwind's rows, and say where to sign.
    home = client.get("/portal/")
    assert home.status_code == 200
    assert needed in home.text
    assert deal.reference not in client.get("/portal/deals/").text
    assert client.get(deal.get_absolute_url()).url == needed
    assert client.get("/portal/deals/NW-2222-2222/").status_code == 404
    # Northwind in focus: everything leads to the agreement, but what stays open.
    client.post("/vendor/", {"vendor": cast.northwind.vendor.pk})
    for path in ("/portal/", "/portal/deals/", "/portal/deals/register/", "/portal/standing/"):
        assert client.get(path).url == needed
    for path in ("/portal/agreements/", "/portal/profile/", "/portal/team/", "/settings/"):
        assert client.get(path).status_code == 200
    assert client.get(needed).url == agreement.get_absolute_url()
    client.post(agreement.get_absolute_url(), answers(agreement))
    assert client.get("/portal/").status_code == 200
    assert deal.reference in client.get("/portal/deals/").text


@pytest.mark.parametrize("role", ["sales", "marketing", "technical"])
def test_others_are_told_who_has_to_sign(cast: Cast, browse: Browse, role: str) -> None:
    agreement = put_one(cast, "kappel_northwind", gate=True)
    client = browse(f"kappel_{role}")
    answer = client.get("/portal/", follow=True)
    assert "administrator@kappel.example" in answer.text
    assert "Northwind Robotics waits for a signature" in answer.text
    assert client.get(agreement.get_absolute_url()).status_code == 403


def test_gate_closes_on_its_day_only(cast: Cast, browse: Browse) -> None:
    agreement = put_one(cast, "kappel_northwind", gate=True)
    tomorrow = timezone.localdate() + timedelta(days=2)
    Agreement.objects.filter(pk=agreement.pk).update(gate_from=tomorrow)
    assert browse("kappel_administrator").get("/portal/").status_code == 200


def test_other_partners_and_staff_are_not_stopped(cast: Cast, browse: Browse) -> None:
    put_one(cast, "kappel_northwind", gate=True)
    assert browse("brightpath_sales").get("/portal/").status_code == 200
    assert browse("northwind_manager").get("/desk/").status_code == 200


def test_api_writes_nothing_that_waits_for_an_agreement_and_reads_on(cast: Cast) -> None:
    deal = cast.register()
    put_one(cast, gate=True)
    api = Api(token_of(cast, "brightpath_sales"))
    api.get(f"deals/{deal.reference}/")
    body = {"enrollment": cast.enrollments["brightpath_northwind"].pk}
    assert api.post("deals/", body, 403).json()["code"] == "agreement_needed"
    assert api.post(f"deals/{deal.reference}/comments/", {"text": "Hello"}, 403).json()["code"] == "agreement_needed"
    other = {"enrollment": cast.enrollments["brightpath_halden"].pk}
    assert api.post("deals/", other, 422).json()["code"] != "agreement_needed"


# -- The check


def test_check_page_knows_the_file_and_nothing_of_a_changed_one(cast: Cast, client: Client) -> None:
    agreement = sealed_one(cast)
    content = Path(agreement.sealed.path).read_bytes()
    right = client.post("/check/", {"file": SimpleUploadedFile("a.pdf", content)})
    assert agreement.reference in right.text
    assert "This is the sealed document" in right.text
    wrong = client.post("/check/", {"file": SimpleUploadedFile("a.pdf", content[:-1] + b"x")})
    assert "Not ours, or changed" in wrong.text
    assert agreement.reference not in wrong.text
    by_number = client.post("/check/", {"reference": agreement.reference, "document_hash": agreement.document_hash})
    assert "Number and hash belong together" in by_number.text
    assert client.post("/check/", {"reference": agreement.reference}).status_code == 422
    big = client.post("/check/", {"file": SimpleUploadedFile("a.pdf", b"%PDF" + b"0" * 5_000_001)})
    assert big.status_code == 422


def test_check_is_rate_limited(cast: Cast, client: Client) -> None:
    seen = {
        client.post("/check/", {"reference": "NW-A-2222-2222", "document_hash": "0" * 64}).status_code
        for _ in range(25)
    }
    assert seen == {200, 429}


# -- Costs


@pytest.mark.parametrize(
    ("persona", "path"),
    [
        ("brightpath_administrator", "/portal/agreements/"),
        ("northwind_manager", "/desk/agreements/"),
        ("northwind_manager", "/admin/agreements/"),
    ],
)
def test_lists_ask_as_much_for_one_as_for_many(cast: Cast, browse: Browse, persona: str, path: str) -> None:
    client = browse(persona)
    put_one(cast, slug="first")

    def queries() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as taken:
            assert client.get(path).status_code == 200
        return len(taken)

    few = queries()
    manager, enrollment = cast.actor("northwind_manager"), cast.enrollments["brightpath_northwind"]
    for number in range(12):
        make_template(cast.northwind, slug=f"more-{number}")
        send_agreement(actor=manager, enrollment=enrollment, template_slug=f"more-{number}")
    assert queries() == few <= 12


def test_pages_take_at_most_twelve_queries(cast: Cast, browse: Browse) -> None:
    agreement = sealed_one(cast)
    for persona, path in (
        ("brightpath_administrator", agreement.get_absolute_url()),
        ("brightpath_administrator", "/portal/"),
        ("northwind_manager", agreement.get_desk_url()),
        ("northwind_manager", f"/admin/agreements/{agreement.template_id}/"),
        ("northwind_manager", f"/admin/agreements/versions/{agreement.version_id}/"),
    ):
        client = browse(persona)
        client.get(path)
        with CaptureQueriesContext(connection) as taken:
            assert client.get(path).status_code == 200
        assert len(taken) <= 12, (path, len(taken))


def test_gate_costs_no_query(cast: Cast, browse: Browse) -> None:
    client = browse("brightpath_sales")
    client.get("/portal/deals/")
    with CaptureQueriesContext(connection) as taken:
        client.get("/portal/deals/")
    before = len(taken)
    put_one(cast, gate=True)
    with CaptureQueriesContext(connection) as taken:
        client.get("/portal/deals/")
    assert len(taken) == before
