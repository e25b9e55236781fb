"""Lists of prospects: added and scored, known ones filled in, partners refused, undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports.registry import KINDS
from imports.services import start_import, start_undo, upload_list
from jobs import queue
from onboarding.models import Prospect
from partners.models import PartnerDomain
from prm.kernel.errors import Forbidden
from tests.cast import Cast
from tests.onboarding.recruits import prospect, publish

pytestmark = pytest.mark.django_db

HEADING = "company,website,type,country,employees,industry,products,contact,email,source\n"
NEW = "Nordlys,www.nordlys.example,services,Norway,51-250,food; retail,Cells; Vision,Lars,lars@nordlys.example,Fair\n"


def upload(cast: Cast, content: str, persona: str = "northwind_manager") -> Any:
    """Upload a list and check it."""
    file = SimpleUploadedFile("prospects.csv", content.encode())
    run = upload_list(actor=cast.actor(persona), kind=KINDS["prospects"], upload=file)
    queue.work_off()
    run.refresh_from_db()
    return run


def bring_in(cast: Cast, content: str, persona: str = "northwind_manager") -> Any:
    """Import a list."""
    run = start_import(actor=cast.actor(persona), run=upload(cast, content, persona))
    queue.work_off()
    run.refresh_from_db()
    return run


def figures(run: Any) -> tuple[int, int, int, int]:
    """Return what a run did."""
    return run.created, run.updated, run.unchanged, run.refused


def test_new_ones_are_added_with_all_that_their_row_says_and_scored(cast: Cast) -> None:
    publish(cast)
    assert figures(bring_in(cast, HEADING + NEW)) == (1, 0, 0, 0)
    found = Prospect.objects.get()
    assert (found.name, found.domain, str(found.country), found.type) == (
        "Nordlys",
        "nordlys.example",
        "NO",
        "services",
    )
    assert (found.headcount, found.industries, found.product_lines) == (
        "51-250",
        ["food", "retail"],
        ["Cells", "Vision"],
    )
    assert (found.contact_email, found.source, found.score) == ("lars@nordlys.example", "Fair", 70)


def test_known_ones_are_filled_in_and_undoing_brings_them_back(cast: Cast) -> None:
    publish(cast)
    known = prospect(cast, "Nordlys AS", website="nordlys.example", country="NO", type="")
    run = bring_in(cast, HEADING + NEW + "Other,other.example,,,,,,,,\n")
    assert figures(run) == (1, 1, 0, 0)
    known.refresh_from_db()
    assert (known.name, known.type, known.score, known.revision) == ("Nordlys", "services", 70, 1)
    assert figures(bring_in(cast, HEADING + NEW)) == (0, 0, 1, 0)
    start_undo(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    known.refresh_from_db()
    assert (known.name, known.type) == ("Nordlys AS", "")
    assert Prospect.objects.count() == 1


def test_what_cannot_be_taken_is_refused_row_by_row(cast: Cast) -> None:
    PartnerDomain.objects.create(partner=cast.kappel, domain="kappel.example")
    run = bring_in(
        cast,
        HEADING
        + NEW
        + NEW
        + "Kappel,kappel.example,,,,,,,,\n"
        + "Nowhere,nowhere.example,,Narnia,,,,,,\n"
        + ",nameless.example,,,,,,,,\n"
        + "Odd,odd.example,wizard,,,,,,,\n",
    )
    assert (run.created, run.refused) == (1, 5)
    assert Prospect.objects.get().domain == "nordlys.example"


def test_other_vendors_prospects_and_partners_play_no_part(cast: Cast) -> None:
    prospect(cast, "Nordlys AS", website="nordlys.example")
    PartnerDomain.objects.create(partner=cast.kappel, domain="kappel.example")
    run = bring_in(cast, HEADING + NEW + "Kappel,kappel.example,,,,,,,,\n", "halden_manager")
    assert figures(run) == (2, 0, 0, 0)


def test_who_may_not_import(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        upload(cast, HEADING + NEW, "northwind_approver")
