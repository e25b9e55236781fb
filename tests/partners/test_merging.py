"""Merging two records of a partner: who proposes and confirms, what moves, what others learn, and the way back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.http import Http404
from django.utils import timezone

from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg.models import Deal
from dealreg.services import add_comment
from onboarding.models import Agreement, Journey, JourneyStep
from onboarding.services.agreement_keeping import keep_agreements
from onboarding.services.agreements import send_agreement
from onboarding.services.ticking import tick_once
from partners.enums import EnrollmentStatus, MergeState
from partners.merging import models_of_partners, preview_of
from partners.models import Enrollment, MergedRows, Partner, PartnerDomain, PartnerMerge, Seat
from partners.services import confirm_merge, decline_merge, propose_merge, undo_merge, withdraw_merge
from prm.kernel.actors import Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.cast import make_cast
from tests.onboarding.agreements import make_template
from tests.onboarding.journeys import started, step
from tests.test_isolation import fingerprint

LOG = {"activity_event", "partners_partnermerge", "partners_mergedrows"}


def propose(cast, persona="northwind_manager", kept=None, absorbed=None):
    return propose_merge(
        actor=cast.actor(persona), kept=kept or cast.brightpath, absorbed=absorbed or cast.kappel, note="Twice."
    )


def confirm(cast, merge, *partners):
    for partner in partners or ("brightpath", "kappel"):
        merge = confirm_merge(actor=cast.actor(f"{partner}_administrator"), merge=merge)
    return merge


def kinds():
    return list(Event.objects.filter(kind__contains="merge").order_by("pk").values_list("kind", flat=True))


def deals_of(partner):
    return set(Deal.objects.filter(partner=partner).values_list("reference", flat=True))


# -- who is told


def test_administrators_of_both_records_are_told_of_a_proposal_once(cast):
    merge = propose(cast)
    while drain():
        pass
    lines = Notification.objects.filter(kind="merge.proposed")
    told = {(line.person_id, line.path) for line in lines}
    path = f"/portal/profile/merges/{merge.key}/"
    assert told == {(cast.actor(f"{partner}_administrator").person_id, path) for partner in ("brightpath", "kappel")}
    assert Mail.objects.filter(template="merge_proposed").count() == 2


# -- who may


def test_nothing_moves_before_both_sides_confirmed(cast):
    theirs = cast.register("kappel_sales", "kappel_northwind")
    merge = propose(cast)
    assert confirm(cast, merge, "brightpath").state == MergeState.PROPOSED
    assert confirm(cast, merge, "brightpath").state == MergeState.PROPOSED
    assert deals_of(cast.kappel) == {theirs.reference}
    assert confirm(cast, merge, "kappel").state == MergeState.MERGED
    assert deals_of(cast.kappel) == set()
    assert kinds() == ["merge.proposed", "merge.confirmed", "merge.confirmed", "merge.done", "enrollment.merged"]


@pytest.mark.parametrize(
    ("persona", "error"),
    [
        ("northwind_approver", Forbidden),
        ("brightpath_administrator", Http404),
        ("halden_manager", Http404),
        ("operator", Http404),
    ],
)
def test_only_a_vendors_manager_proposes_what_it_sees(cast, persona, error):
    with pytest.raises(error):
        propose(cast, persona)
    assert (PartnerMerge.objects.count(), kinds()) == (0, [])


@pytest.mark.parametrize(
    ("persona", "error"),
    [
        ("brightpath_sales", Forbidden),
        ("isle_administrator", Http404),
        ("northwind_manager", Forbidden),
        ("halden_manager", Http404),
        ("operator", Http404),
    ],
)
def test_only_the_records_own_administrators_decide(cast, persona, error):
    merge = propose(cast)
    for decide in (confirm_merge, decline_merge, undo_merge):
        with pytest.raises(error):
            decide(actor=cast.actor(persona), merge=merge)
    merge.refresh_from_db()
    assert (merge.state, merge.kept_by, merge.absorbed_by) == ("proposed", None, None)
    assert kinds() == ["merge.proposed"]


def test_proposal_is_answered_alike_whether_or_not_the_partner_works_with_somebody_else(cast):
    """Brightpath and Isle are Halden's too, Kappel is Northwind's alone: nothing that Northwind reads differs."""
    told = []
    for absorbed in (cast.kappel, cast.isle):
        merge = propose(cast, absorbed=absorbed)
        event = Event.objects.visible_to(cast.actor("northwind_manager")).latest("pk")
        told.append((merge.state, event.kind, sorted(event.data)))
    assert told[0] == told[1]
    assert not Event.objects.visible_to(cast.actor("halden_manager")).filter(kind="merge.proposed").exists()
    assert not PartnerMerge.objects.visible_to(cast.actor("halden_manager")).exists()


def test_record_without_an_administrator_and_the_same_twice_are_refused(cast):
    Seat.objects.filter(partner=cast.kappel, role=Role.ADMINISTRATOR).update(is_active=False)
    for absorbed, code in ((cast.kappel, "no_administrator"), (cast.brightpath, "same_record")):
        with pytest.raises(RuleViolation) as refused:
            propose(cast, absorbed=absorbed)
        assert refused.value.code == code
    assert (PartnerMerge.objects.count(), kinds()) == (0, [])


def test_pair_is_proposed_once_and_can_be_taken_back_or_declined(cast):
    merge = propose(cast)
    with pytest.raises(RuleViolation) as refused:
        propose(cast, kept=cast.kappel, absorbed=cast.brightpath)
    assert refused.value.code == "proposed_already"
    assert withdraw_merge(actor=cast.actor("northwind_manager"), merge=merge).state == MergeState.WITHDRAWN
    again = propose(cast)
    assert decline_merge(actor=cast.actor("kappel_administrator"), merge=again).state == MergeState.DECLINED
    with pytest.raises(Conflict):
        confirm(cast, again, "brightpath")


# -- what moves


def test_everything_of_every_vendor_moves_and_each_vendor_hears_of_its_own(cast):
    """Isle is absorbed: Northwind's folded enrollment of Isle is retired, Halden's goes with its deals."""
    Enrollment.objects.filter(pk=cast.enrollments["brightpath_halden"].pk).delete()
    theirs = cast.register("isle_sales", "isle_halden")
    PartnerDomain.objects.create(partner=cast.isle, domain="isle.example")
    confirm(cast, propose(cast, absorbed=cast.isle), "brightpath", "isle")
    assert theirs.reference in deals_of(cast.brightpath)
    assert PartnerDomain.objects.get().partner == cast.brightpath
    moved = cast.enrollments["isle_halden"]
    moved.refresh_from_db()
    assert moved.partner == cast.brightpath
    assert Seat.objects.get(pk=cast.seats["isle_sales"].pk).partner == cast.brightpath
    heard = Event.objects.visible_to(cast.actor("halden_manager")).filter(kind="enrollment.merged")
    assert [event.enrollment_id for event in heard] == [moved.pk]
    seen = set(Partner.objects.visible_to(cast.actor("halden_manager")))
    assert seen == {cast.brightpath}
    assert Deal.objects.visible_to(cast.actor("isle_sales")).filter(reference=theirs.reference).exists()
    assert Event.objects.visible_to(cast.actor("brightpath_administrator")).about(theirs).exists()


def test_enrollments_in_the_same_program_are_folded(cast):
    theirs = cast.register("kappel_sales", "kappel_northwind")
    confirm(cast, propose(cast))
    theirs.refresh_from_db()
    assert (theirs.partner, theirs.enrollment) == (cast.brightpath, cast.enrollments["brightpath_northwind"])
    listed = Enrollment.objects.visible_to(cast.actor("northwind_manager"))
    assert cast.enrollments["kappel_northwind"] not in listed
    assert cast.kappel not in Partner.objects.visible_to(cast.actor("northwind_manager"))


def test_person_with_a_seat_in_both_keeps_the_one_of_the_record_that_stays(cast):
    both = cast.people["brightpath_sales"]
    twin = Seat.objects.create(person=both, partner=cast.kappel, role=Role.ADMINISTRATOR)
    confirm(cast, propose(cast))
    twin.refresh_from_db()
    assert (twin.partner, twin.is_active) == (cast.kappel, False)
    assert cast.actor("brightpath_sales").role == Role.SALES


def test_merge_that_would_close_deals_out_is_refused_whole(cast):
    """Isle's enrollment with Northwind is retired, Kappel's active: into Isle, Kappel's deals would be out of sight."""
    cast.register("kappel_sales", "kappel_northwind")
    merge = confirm(cast, propose(cast, kept=cast.isle), "isle")
    before = fingerprint()
    with pytest.raises(RuleViolation) as refused:
        confirm(cast, merge, "kappel")
    assert refused.value.code == "closed_enrollment"
    assert fingerprint() == before


def test_preview_tells_what_would_move_and_leaves_no_trace(cast):
    cast.register("kappel_sales", "kappel_northwind")
    before = fingerprint()
    preview = preview_of(cast.brightpath, cast.kappel)
    assert dict(preview.moves)["deals"] == 1
    assert dict(preview.moves)["seats"] == 4
    assert dict(preview.stays) == {"enrollments": 1}
    assert fingerprint() == before


def test_every_model_with_a_partner_takes_part():
    names = {model._meta.label_lower for model in models_of_partners()}
    assert {"dealreg.deal", "partners.enrollment", "partners.seat", "activity.event", "dealreg.dealmilestone"} <= names


def test_facts_still_refuse_any_other_change(cast):
    cast.register("kappel_sales", "kappel_northwind")
    confirm(cast, propose(cast))
    with pytest.raises(Exception, match="only ever added to"), connection.cursor() as cursor:
        cursor.execute("UPDATE activity_event SET partner_id = 0")


# -- the way back


def test_undo_restores_exactly(cast):
    cast.register("kappel_sales", "kappel_northwind")
    Seat.objects.create(person=cast.people["brightpath_sales"], partner=cast.kappel, role=Role.SALES)
    PartnerDomain.objects.create(partner=cast.kappel, domain="kappel.example")
    Partner.objects.filter(pk=cast.isle.pk).update(parent=cast.kappel, kinship="branch")
    merge = propose(cast)
    before, events = fingerprint(), rows_of_events()
    merge = confirm(cast, merge)
    assert {table for table, now in fingerprint().items() if now != before[table]} > LOG
    assert undo_merge(actor=cast.actor("brightpath_administrator"), merge=merge).state == MergeState.UNDONE
    after = fingerprint()
    assert {table for table in after if after[table] != before[table]} == LOG
    assert rows_of_events()[: len(events)] == events
    assert kinds()[-1] == "merge.undone" or "enrollment.parted" in set(Event.objects.values_list("kind", flat=True))


def rows_of_events():
    return list(Event.objects.order_by("pk").values_list("pk", "partner_id", "enrollment_id", "data"))


def test_undo_takes_along_what_came_to_hang_on_moved_rows(cast):
    theirs = cast.register("kappel_sales", "kappel_northwind")
    merge = confirm(cast, propose(cast))
    own = cast.register("brightpath_sales", customer_name="Quite Another Ltd", customer_domain="")
    comment = add_comment(actor=cast.actor("kappel_sales"), deal=Deal.objects.get(pk=theirs.pk), text="Since then.")
    undo_merge(actor=cast.actor("brightpath_administrator"), merge=merge)
    comment.refresh_from_db()
    assert comment.partner_id == cast.kappel.pk
    assert deals_of(cast.kappel) == {theirs.reference}
    assert own.reference in deals_of(cast.brightpath)


def test_undo_ends_after_thirty_days_and_only_the_latest_can_be_undone(cast, time_machine_or_update):
    merge = confirm(cast, propose(cast))
    time_machine_or_update(merge)
    with pytest.raises(RuleViolation) as refused:
        undo_merge(actor=cast.actor("brightpath_administrator"), merge=merge)
    assert refused.value.code == "too_late"
    assert MergedRows.objects.filter(merge=merge).exists()
    assert PartnerMerge.objects.get().state == MergeState.MERGED


@pytest.fixture
def time_machine_or_update():
    def age(merge):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE partners_partnermerge SET merged_at = merged_at - interval '31 days' WHERE id = %s", [merge.pk]
            )

    return age


def test_onboarding_of_both_records_goes_on_at_the_one_that_stays_and_comes_back_with_undo(cast):
    journeys = [started(cast, step("call", due={"days": 1}), name=f"{of}_northwind") for of in ("brightpath", "kappel")]
    template = make_template(cast.northwind)
    further = make_template(cast.northwind, slug="data-protection", name="Data protection")
    manager = cast.actor("northwind_manager")
    put = [
        send_agreement(actor=manager, enrollment=cast.enrollments[f"{of}_northwind"], template_slug=each.slug)
        for of, each in (("brightpath", template), ("kappel", template), ("kappel", further))
    ]
    Agreement.objects.filter(pk=put[1].pk).update(look_on=timezone.localdate())
    JourneyStep.objects.update(look_at=timezone.now() - timedelta(minutes=1))
    merge = propose(cast)
    before = fingerprint()
    told = preview_of(cast.brightpath, cast.kappel)
    assert {"agreements", "journeys"} <= {label for label, _count in told.stays}
    merge = confirm(cast, merge)
    assert list(Journey.objects.order_by("pk").values_list("partner_id", "state")) == [
        (cast.brightpath.pk, "running"),
        (cast.kappel.pk, "running"),
    ], "the other one's rests as it was"
    assert list(Journey.objects.visible_to(manager)) == [journeys[0]]
    assert set(JourneyStep.objects.visible_to(manager).values_list("journey_id", flat=True)) == {journeys[0].pk}
    assert set(Agreement.objects.visible_to(manager)) == {put[0], put[2]}, "whose like there is not moves"
    assert set(Agreement.objects.visible_to(cast.actor("brightpath_administrator"))) == {put[0], put[2]}
    resting = JourneyStep.objects.filter(journey=journeys[1]).order_by("pk")
    clocks = list(resting.values("look_at", "reminded_at", "escalated_at"))
    with transaction.atomic():
        assert tick_once(timezone.now()) == 1, "only the clock of the journey that goes on is looked at"
        assert keep_agreements() == 0
        assert list(resting.values("look_at", "reminded_at", "escalated_at")) == clocks
        transaction.set_rollback(True)
    undo_merge(actor=cast.actor("brightpath_administrator"), merge=merge)
    after = fingerprint()
    assert {table for table in after if after[table] != before[table]} == LOG
    assert tick_once(timezone.now()) == 2


# -- races


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_that_swallow_each_other_one_wins():
    cast = make_cast()
    Enrollment.objects.filter(pk=cast.enrollments["isle_northwind"].pk).update(status=EnrollmentStatus.ACTIVE)
    first, second = propose(cast), propose(cast, kept=cast.kappel, absorbed=cast.isle)
    confirm(cast, first, "brightpath")
    confirm(cast, second, "isle")
    barrier, outcomes = threading.Barrier(2), []

    def last_word(merge):
        actor = cast.actor("kappel_administrator")
        barrier.wait()
        try:
            outcomes.append(confirm_merge(actor=actor, merge=merge).state)
        except Conflict as late:
            outcomes.append(late.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=last_word, args=[merge]) for merge in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    merged = PartnerMerge.objects.filter(state=MergeState.MERGED).count()
    assert "merged" in outcomes
    assert merged == outcomes.count("merged")
    # Kappel may take Isle in and then be taken in itself; the other way round the second one finds it gone.
    assert Partner.objects.filter(merged_into__isnull=False).count() == merged
    assert not Deal.objects.exclude(partner=cast.brightpath).filter(partner__merged_into__isnull=False).exists()
