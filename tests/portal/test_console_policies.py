"""Rules of engagement in the console: a draft is written part by part, refused, published, compared and tried."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg.models import Policy, PolicyTrial, Ruling
from dealreg.services import approve_deal, decline_deal
from jobs.queue import work_off
from tests.dealreg.engaged import CLAUSES, DEFINITION, changed, engage

REST = {"name": "Everybody", "lead": "partner", "clause": "2.1"}


@pytest.fixture
def manager(browse):
    """A partner manager's browser."""
    return browse("northwind_manager")


def begun(manager, cast) -> Policy:
    """A draft, begun by its button."""
    manager.post(reverse("console:policy-new"), {"program": cast.northwind.program.pk})
    return Policy.objects.get(program=cast.northwind.program, valid_from=None)


def part(manager, policy, place, **fields):
    """Send a part's form on the draft's present revision."""
    revision = Policy.objects.get(pk=policy.pk).revision
    return manager.post(reverse("console:policy-part", args=[policy.pk, place]), {"revision": revision, **fields})


def test_draft_is_written_part_by_part_refused_with_a_gap_and_published(cast, manager, browse):
    draft = begun(manager, cast)
    assert draft.clauses == cast.northwind.policy.clauses
    again = manager.post(reverse("console:policy-new"), {"program": cast.northwind.program.pk})
    assert again.url == reverse("console:policy", args=[draft.pk])
    figures = {"protection_days": 60, "discount": 5, "decision_hours": 24, "reminder_days": 7}
    figures |= {"extension_days": 20, "extensions_most": 1, "evidence_days": 0, "offer_days": 5}
    figures |= {"appeal_days": 14, "appeal_hours": 40}
    figures |= {"hourly_registrations": 40, "clauses": "2.1 First come.\n5.1 Deals from 5,000 on."}
    assert part(manager, draft, "figures", **figures).status_code == 302
    public = {"name": "Public sector", "lead": "direct", "clause": "2.1", "industries": ["public"]}
    assert part(manager, draft, "segments.new", **public).status_code == 302
    assert part(manager, draft, "size", least="9.000,00", most="5000", clause="5.1").status_code == 302
    publish = reverse("console:policy-publish", args=[draft.pk])
    page = manager.get(publish).content.decode()
    assert "Otherwise there is a gap." in page
    assert "Clause 5.1: the least, 9000.00, is above the most, 5000.00." in page
    day = {"valid_from": timezone.localdate() + timedelta(days=3)}
    revision = Policy.objects.get(pk=draft.pk).revision
    assert manager.post(publish, {**day, "revision": revision}).status_code == 422
    assert part(manager, draft, "size", least="5000", clause="5.1").status_code == 302
    assert part(manager, draft, "segments.new", **REST).status_code == 302
    stale = manager.post(reverse("console:policy-part", args=[draft.pk, "size"]), {"revision": 0, "least": "1"})
    assert stale.status_code == 409
    shown = manager.get(reverse("console:policy", args=[draft.pk])).content.decode()
    assert "Every customer that no other segment takes." in shown
    assert "Nothing keeps this draft from being published." in shown
    revision = Policy.objects.get(pk=draft.pk).revision
    past = {"valid_from": timezone.localdate() - timedelta(days=1), "revision": revision}
    assert manager.post(publish, past).status_code == 422
    assert manager.post(publish, {**day, "revision": revision}).status_code == 302
    draft.refresh_from_db()
    assert draft.valid_from == day["valid_from"]
    assert [each["slug"] for each in draft.definition["segments"]] == ["public-sector", "everybody"]
    assert Event.objects.filter(kind="policy.published").count() == 1
    side_by_side = manager.get(reverse("console:policy-compare", args=[draft.pk])).content.decode()
    assert "<mark>" in side_by_side
    assert manager.post(publish, {**day, "revision": draft.revision}).status_code == 409


def test_parts_are_moved_and_taken_out_and_a_draft_is_put_away(cast, manager):
    engage(cast.northwind.policy, DEFINITION)
    draft = begun(manager, cast)
    move = reverse("console:policy-move", args=[draft.pk])
    assert manager.post(move, {"do": "down segments.0", "revision": 0}).status_code == 302
    assert Policy.objects.get(pk=draft.pk).definition["segments"][1]["slug"] == "public"
    assert manager.post(move, {"do": "remove territory", "revision": 1}).status_code == 302
    assert "territory" not in Policy.objects.get(pk=draft.pk).definition
    assert manager.post(move, {"do": "remove segments.9", "revision": 2}).status_code == 422
    edit = manager.get(reverse("console:policy-part", args=[draft.pk, "automation"])).content.decode()
    assert "50000" in edit
    assert manager.get(reverse("console:policy-part", args=[draft.pk, "segments.9"])).status_code == 404
    assert manager.get(reverse("console:policy-part", args=[draft.pk, "magic"])).status_code == 404
    assert manager.post(reverse("console:policy-discard", args=[draft.pk]), {"revision": 2}).status_code == 302
    assert not Policy.objects.filter(valid_from=None).exists()


def test_draft_is_tried_on_history_with_counts_and_examples(cast, manager):
    approver = cast.actor("northwind_approver")
    stated = {"lines": (), "customer_industry": "retail", "customer_employees": "11-50"}
    small = cast.register(**stated, value=100)
    approve_deal(actor=approver, deal=small)
    clean = cast.register(**stated, value=20_000, customer_name="Otter Mills", customer_domain="otter.example")
    decline_deal(actor=approver, deal=clean, reason="other", message="No.")
    like = cast.register(**stated, value=30_000, customer_name="Quill Bank", customer_domain="quill.example")
    approve_deal(actor=approver, deal=like)
    draft = begun(manager, cast)
    Policy.objects.filter(pk=draft.pk).update(definition=changed("authorisations", []), clauses=CLAUSES)
    Policy.objects.filter(pk=draft.pk).update(
        definition=changed("automation.decline", ["size"], changed("authorisations", []))
    )
    address = reverse("console:policy-trial", args=[draft.pk])
    assert manager.post(address, {"months": 12}).status_code == 302
    work_off()
    trial = PolicyTrial.objects.get()
    assert trial.finished_at is not None
    assert (trial.sample, trial.stated) == (3, 0)
    assert trial.counts["approved.decline"] == 1
    assert trial.counts["declined.approve"] == 1
    assert (trial.counts["otherwise"], trial.counts["spared"]) == (2, 1)
    page = manager.get(address).content.decode()
    assert small.get_desk_url() in page
    assert "below the minimum" in page
    assert not Ruling.objects.exists()


def test_partner_reads_the_version_in_force_but_not_who_is_named(cast, browse, manager):
    named = changed("segments.0.when", {"accounts": [cast.register().account_id]})
    engage(cast.northwind.policy, named)
    begun(manager, cast)
    page = browse("kappel_sales").get(reverse("portal:engagement")).content.decode()
    assert "Large manufacturers are sold together." in page
    assert "an account" in page
    assert "Castellan" not in page
    assert browse("kappel_sales").get(reverse("portal:engagement"), {"version": 999_999}).status_code == 404


def test_named_accounts_are_searched_and_ticked_and_partners_are_told_of_the_new_version(cast, manager):
    account = cast.register().account
    foreign = cast.register("brightpath_sales", "brightpath_halden", customer_name="Castellan Hidden").account
    draft = begun(manager, cast)
    typed = {"name": "Named", "lead": "direct", "clause": "2.1", "industries": ["public"], "find_accounts": "castellan"}
    found = part(manager, draft, "segments.new", **typed, search="yes")
    page = found.content.decode()
    assert found.status_code == 200
    assert f'value="{account.pk}"' in page
    assert "Castellan Hidden" not in page
    assert 'value="Named"' in page
    assert Policy.objects.get(pk=draft.pk).definition == draft.definition
    assert part(manager, draft, "segments.new", **typed, accounts=[foreign.pk]).status_code == 422
    assert part(manager, draft, "segments.new", **typed, accounts=[account.pk]).status_code == 302
    segments = Policy.objects.get(pk=draft.pk).definition["segments"]
    assert segments[0]["when"]["accounts"] == [account.pk]
    assert part(manager, draft, "segments.new", **REST).status_code == 302
    kept = manager.get(reverse("console:policy-part", args=[draft.pk, "segments.0"])).content.decode()
    assert account.name in kept
    drain()
    assert not Notification.objects.filter(kind="policy.announced").exists()
    revision = Policy.objects.get(pk=draft.pk).revision
    day = timezone.localdate() + timedelta(days=3)
    publish = reverse("console:policy-publish", args=[draft.pk])
    assert manager.post(publish, {"valid_from": day, "revision": revision}).status_code == 302
    drain()
    told = Notification.objects.filter(kind="policy.announced")
    wanted = {"brightpath_administrator", "brightpath_sales", "kappel_sales"}
    assert {note.person for note in told} >= {cast.people[persona] for persona in wanted}
    assert cast.people["isle_sales"] not in {note.person for note in told}
    assert Mail.objects.filter(kind="policy.announced").count() == told.count()
