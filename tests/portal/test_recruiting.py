"""The recruiting list and a prospect's pages: ranked, filtered, exported, several at once, refused without loss."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activity.models import Mail
from onboarding.enums import ProspectState
from onboarding.models import Prospect
from tests.cast import Cast
from tests.onboarding.recruits import open_form, prospect, publish

pytestmark = pytest.mark.django_db

LIST = "/desk/recruiting/"


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    """Return Northwind's manager's browser."""
    client.force_login(cast.people["northwind_manager"])
    return client


def given(**changes: Any) -> dict[str, Any]:
    """Return a form as typed."""
    return {"name": "Nordlys Integration", "website": "nordlys.example", "country": "NO", "headcount": "", **changes}


def test_the_list_ranks_by_fit_and_says_why(cast: Cast, manager: Client) -> None:
    publish(cast)
    prospect(cast, "Weak", type="reseller", country="FR")
    prospect(cast, "Strong", website="strong.example")
    page = manager.get(LIST).content.decode()
    assert page.index("Strong") < page.index("Weak")
    assert "Kind +60, Where +30" in page
    assert "Reseller isn’t among what is wanted" in page


def test_filters_find_by_state_region_and_owner(cast: Cast, manager: Client) -> None:
    prospect(cast, "Oslo", country="NO")
    prospect(cast, "Serves Nordics", country="DE", regions=["nordics"])
    gone = prospect(cast, "Gone", country="NO")
    Prospect.objects.filter(pk=gone.pk).update(state=ProspectState.DROPPED)
    found = manager.get(LIST, {"region": "nordics"}).content.decode()
    assert "Oslo" in found
    assert "Serves Nordics" in found
    assert "Gone" not in found
    assert "Gone" in manager.get(LIST, {"state": "dropped"}).content.decode()
    nobody = manager.get(LIST, {"owner": cast.people["northwind_manager"].pk}).content.decode()
    assert "No prospect fits" in nobody


def test_the_list_takes_as_many_queries_for_a_full_page_as_for_one_row(cast: Cast, manager: Client) -> None:
    publish(cast)
    prospect(cast, "First", website="first.example")
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            manager.get(LIST)
        counts.append(len(queries))
        if not number:
            for at in range(24):
                prospect(cast, f"Further {at}", website=f"further-{at}.example")
    assert counts[0] == counts[1] <= 12


def test_the_export_holds_the_reason_and_no_formula(cast: Cast, manager: Client) -> None:
    publish(cast)
    prospect(cast, "=Cobalt")
    text = b"".join(manager.get(LIST, {"export": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=Cobalt" in text
    assert "Kind +60" in text


def test_a_prospect_is_added_and_changed(cast: Cast, manager: Client) -> None:
    publish(cast)
    answer = manager.post(reverse("desk:prospect-add"), given(program=cast.northwind.program.pk))
    found = Prospect.objects.get()
    assert answer.headers["Location"] == reverse("desk:prospect", args=[found.pk])
    assert (found.owner, found.domain, found.score) == (cast.people["northwind_manager"], "nordlys.example", 10)
    page = manager.get(answer.headers["Location"]).content.decode()
    assert "added the prospect" in page
    assert "Not stated." in page
    edit = reverse("desk:prospect-edit", args=[found.pk])
    manager.post(edit, given(type="msp", revision="0"))
    stale = manager.post(edit, given(name="Typed Meanwhile", revision="0"))
    assert stale.status_code == 409
    assert "Typed Meanwhile" in stale.content.decode()
    found.refresh_from_db()
    assert (found.score, found.name) == (70, "Nordlys Integration")


def test_a_refusal_keeps_what_was_typed(cast: Cast, manager: Client) -> None:
    prospect(cast, "Nordlys", website="nordlys.example")
    answer = manager.post(reverse("desk:prospect-add"), given(program=cast.northwind.program.pk, note="met in Oslo"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "is on the list already" in text
    assert "met in Oslo" in text
    assert Prospect.objects.count() == 1


def test_several_are_invited_after_one_question_and_who_has_no_address_is_named(cast: Cast, manager: Client) -> None:
    open_form(cast)
    ready = prospect(cast, "Ready", contact_email="ines@ready.example")
    without = prospect(cast, "Without")
    several, chosen = reverse("desk:recruiting-several"), [ready.pk, without.pk]
    asked = manager.post(several, {"deed": "invite", "selected": chosen})
    assert "Invite 2 prospects to apply" in asked.content.decode()
    assert not Mail.objects.exists()
    done = manager.post(several, {"deed": "invite", "selected": chosen, "sure": "1", "words": "Hello"})
    assert done.status_code == 409
    assert "There is no contact’s e-mail" in done.content.decode()
    assert Mail.objects.get(template="prospect_invited").to == "ines@ready.example"
    ready.refresh_from_db()
    without.refresh_from_db()
    assert (ready.state, without.state) == (ProspectState.INVITED, ProspectState.FOUND)


def test_other_vendors_prospects_are_not_there(cast: Cast, client: Client) -> None:
    found = prospect(cast, "Secret Prospect")
    client.force_login(cast.people["halden_manager"])
    assert "Secret Prospect" not in client.get(LIST, {"state": "all"}).content.decode()
    assert client.get(reverse("desk:prospect", args=[found.pk])).status_code == 404
    several = client.post(reverse("desk:recruiting-several"), {"deed": "drop", "selected": [found.pk]})
    assert several.status_code == 302
    found.refresh_from_db()
    assert found.state == ProspectState.FOUND


def test_who_reads_only_gets_no_buttons_and_403(cast: Cast, client: Client) -> None:
    found = prospect(cast)
    client.force_login(cast.people["northwind_executive"])
    page = client.get(reverse("desk:prospect", args=[found.pk]))
    assert page.status_code == 200
    assert "Don’t pursue" not in page.content.decode()
    assert client.post(reverse("desk:prospect-move", args=[found.pk, "drop"])).status_code == 403
    found.refresh_from_db()
    assert found.state == ProspectState.FOUND
