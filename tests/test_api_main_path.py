"""The main path through the API: register, review, decide, protect; a second partner for the same customer."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from activity.models import Event
from dealreg.api.transitions import BY_PEOPLE, DEEDS
from dealreg.models import Deal, Protection
from dealreg.services import add_file
from tests.api_client import Api, registration, token_of


@pytest.fixture
def seller(cast):
    return Api(token_of(cast, "brightpath_sales"))


@pytest.fixture
def rival(cast):
    return Api(token_of(cast, "kappel_sales"))


@pytest.fixture
def approver(cast):
    return Api(token_of(cast, "northwind_approver"))


def names(deal):
    return [transition["name"] for transition in deal["available_transitions"]]


def test_partner_registers_and_approver_protects(cast, seller, approver):
    program = seller.get("programs/", 200).json()["results"][-1]
    terms = next(p for p in seller.get("programs/").json()["results"] if p["vendor"]["slug"] == "northwind")["terms"]
    assert program["terms"] is not None
    assert (terms["protection_days"], terms["discount"], terms["tier"]) == (120, "18.00", "Silver")

    made = seller.post("deals/", registration(cast), 201)
    deal = made.json()
    assert made["Location"].endswith(f"/api/v1/deals/{deal['reference']}/")
    assert (deal["status"], deal["value"], "desk" in deal) == ("submitted", "162000.00", False)
    assert names(deal) == ["withdraw", "win", "lose"]

    seen = approver.get(f"deals/{deal['reference']}/").json()
    assert seen["desk"]["account"]["name"] == "Castellan Foods GmbH"
    assert names(seen) == ["take", "approve", "decline", "ask"]
    conflicts = approver.get(f"deals/{deal['reference']}/conflicts/").json()
    assert conflicts["suggestion"]["advice"] == "approve"
    assert conflicts["place"] == 1

    taken = approver.post(f"deals/{deal['reference']}/take/").json()
    assert (taken["status"], taken["desk"]["assignee"]["name"]) == ("in_review", "Northwind Approver")
    approved = approver.post(f"deals/{deal['reference']}/approve/", {"message": "Good luck."}).json()
    assert (approved["status"], approved["is_protected"], approved["protection_days"]) == ("approved", True, 120)
    assert Protection.objects.live().get().deal.reference == deal["reference"]
    read = seller.get(f"deals/{deal['reference']}/").json()
    assert (read["decision_text"], read["is_protected"]) == ("Good luck.", True)

    won = seller.post(
        f"deals/{deal['reference']}/win/", {"value": "150000", "closed_on": timezone.localdate().isoformat()}
    ).json()
    assert (won["outcome"], won["closed_value"]) == ("won", "150000.00")
    assert seller.post(f"deals/{deal['reference']}/reopen/").json()["outcome"] == "open"


def test_second_partner_waits_in_line_and_cannot_be_protected(cast, seller, rival, approver):
    first = seller.post("deals/", registration(cast), 201).json()["reference"]
    spelling = registration(cast, "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="")
    second = rival.post("deals/", spelling, 201).json()
    assert second["status"] == "in_review"
    line = approver.get(f"deals/{second['reference']}/conflicts/").json()
    assert [other["reference"] for other in line["waiting"]] == [first, second["reference"]]
    assert line["place"] == 2
    early = approver.post(f"deals/{second['reference']}/approve/", {}, 422).json()
    assert (early["code"], early["errors"][0]["field"]) == ("earlier_in_line", "overtake_reason")
    approver.post(f"deals/{first}/approve/")
    assert approver.post(f"deals/{second['reference']}/approve/", {}, 422).json()["code"] == "protected_already"
    assert Event.objects.filter(kind="deal.approved").count() == 1
    seller.post(f"deals/{first}/withdraw/", {"message": "They stopped the project."})
    assert approver.post(f"deals/{second['reference']}/approve/").json()["is_protected"] is True


def test_question_is_answered_field_by_field(cast, seller, approver):
    reference = seller.post("deals/", registration(cast), 201).json()["reference"]
    asked = {"fields": ["title", "value"], "message": "Which plant, and how much?"}
    approver.post(f"deals/{reference}/ask/", asked)
    read = seller.get(f"deals/{reference}/").json()
    assert (read["status"], read["asked_fields"]) == ("information_requested", ["title", "value"])
    assert "answer" in names(read)
    stray = seller.post(f"deals/{reference}/answer/", {"answers": {"notes": "No."}}, 422).json()
    assert stray["errors"][0] == {"field": "notes", "code": "not_asked", "message": stray["errors"][0]["message"]}
    done = seller.post(f"deals/{reference}/answer/", {"answers": {"title": "Kassel", "value": "170000"}}).json()
    assert (done["status"], done["title"], done["value"]) == ("in_review", "Kassel", "170000.00")
    declined = approver.post(f"deals/{reference}/decline/", {"reason": "too_small", "message": "Below 200,000."}).json()
    assert (declined["status"], declined["decline_reason"]) == ("declined", "too_small")
    today = timezone.localdate().isoformat()
    lost = seller.post(f"deals/{reference}/lose/", {"reason": "price", "closed_on": today}).json()
    assert lost["outcome"] == "lost"


def test_decision_that_someone_else_took_is_a_conflict_with_the_deal_as_it_is(cast, seller, approver):
    reference = seller.post("deals/", registration(cast), 201).json()["reference"]
    approver.post(f"deals/{reference}/approve/")
    problem = approver.post(f"deals/{reference}/decline/", {"reason": "other", "message": "No."}, 409).json()
    assert (problem["code"], problem["current"]["status"]) == ("state_changed", "approved")


def test_every_transition_that_people_may_take_has_an_address():
    assert {transition.name for transition in BY_PEOPLE} == set(DEEDS)
    assert "expire" not in DEEDS


def test_role_without_the_right_is_refused_before_its_body_is_read(cast, seller):
    reference = cast.register().reference
    for persona in ("brightpath_marketing", "northwind_finance"):
        api = Api(token_of(cast, persona))
        for name in DEEDS:
            assert api.post(f"deals/{reference}/{name}/", {"nonsense": 1}, 403).json()["code"] == "not_allowed"
    assert Event.objects.filter(subject_id=Deal.objects.get().pk).count() == 1
    assert seller.get(f"deals/{reference}/").json()["revision"] == 0


def test_change_needs_the_revision_that_was_read(cast, seller):
    made = seller.post("deals/", registration(cast), 201)
    path = f"deals/{made.json()['reference']}/"
    assert seller.patch(path, {"stage": "proposal"}, 428).json()["code"] == "if_match_needed"
    changed = seller.patch(path, {"stage": "proposal", "value": "99.50"}, If_Match=made["ETag"])
    assert (changed.json()["stage"], changed.json()["value"]) == ("proposal", "99.50")
    assert changed["ETag"] != made["ETag"]
    assert seller.get(path)["ETag"] == changed["ETag"]
    late = seller.patch(path, {"title": "Mine"}, 412, If_Match=made["ETag"]).json()
    assert (late["code"], late["current"]["title"]) == ("changed_meanwhile", "12 palletising cells")
    seller.patch(path, {"title": "Mine"}, 412, If_Match="nonsense")
    assert seller.patch(path, {"title": "Ours"}, If_Match="*").json()["title"] == "Ours"
    packed = seller.client.get(f"/api/v1/{path}", headers={**seller.headers, "Accept-Encoding": "gzip"})
    assert packed["ETag"].startswith("W/")
    seller.patch(path, {"title": "Theirs"}, If_Match=packed["ETag"])
    assert seller.patch(path, {"status": "approved"}, 422, If_Match="*").json()["errors"][0]["code"] == "unknown_field"
    assert Event.objects.filter(kind="deal.changed").count() == 3


def test_comments_and_notes_reach_their_audience(cast, seller, approver):
    path = f"deals/{cast.register().reference}/comments/"
    assert seller.post(path, {"text": "The site visit is on Tuesday."}, 201).json()["audience"] == "shared"
    approver.post(path, {"text": "Ask Kappel about it.", "audience": "vendor"}, 201)
    assert seller.post(path, {"text": "Hm.", "audience": "vendor"}, 403).json()["code"] == "not_allowed"
    assert [row["text"] for row in seller.get(path).json()["results"]] == ["The site visit is on Tuesday."]
    assert len(approver.get(path).json()["results"]) == 2


def test_files_are_listed_and_downloaded_with_the_token(cast, seller):
    deal = cast.register()
    upload = SimpleUploadedFile("visit.txt", b"They want twelve.")
    add_file(actor=cast.actor("brightpath_sales"), upload=upload, deal=deal)
    (row,) = seller.get(f"deals/{deal.reference}/files/").json()["results"]
    assert (row["name"], row["size"], row["media_type"]) == ("visit.txt", 17, "text/plain")
    answer = seller.get(row["url"])
    assert b"".join(answer.streaming_content) == b"They want twelve."
    assert answer["Content-Disposition"] == 'attachment; filename="visit.txt"'
    other = cast.register("kappel_sales", "kappel_northwind", customer_name="Other AG", customer_domain="")
    Api(token_of(cast, "kappel_sales")).get(row["url"].replace(deal.reference, other.reference), 404)


def test_timeline_shows_what_happened(cast, seller, approver):
    reference = cast.register().reference
    approver.post(f"deals/{reference}/take/")
    approver.post(f"deals/{reference}/approve/")
    kinds = [event["kind"] for event in seller.get(f"deals/{reference}/events/").json()["results"]]
    assert kinds == ["deal.approved", "deal.submitted"]
    kinds = [event["kind"] for event in approver.get(f"deals/{reference}/events/").json()["results"]]
    assert kinds == ["deal.approved", "deal.taken", "deal.submitted"]
    event = approver.get("events/", kind="deal.approved").json()["results"][0]
    assert event["subject"] == {"type": "dealreg.deal", "reference": reference}
    assert approver.get(f"events/{event['id']}/").json() == event
