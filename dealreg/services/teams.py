"""The deal team: proposed by one, agreed by each. What was agreed stays as it is; a change is a new version."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg import events
from dealreg.enums import Outcome, ShareAnswer, SharedField, Status, TeamRole, TeamState
from dealreg.models import Deal, TeamShare, TeamVersion
from dealreg.permissions import TEAM_DEALS
from partners.models import Enrollment
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prm.kernel.actors import Actor

MOST_MEMBERS = 10
MOST_VERSIONS = 100
WHOLE = Decimal(100)
LONGEST = 2000
NOT_ALLOWED = gettext_lazy("Your role doesn't agree on deal teams.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A side as it is proposed. name: of a partner, as typed; "" for the deal's own partner and for the vendor's sales.

    own: the deal's own partner.
    """

    role: str
    percent: Decimal
    name: str = ""
    own: bool = False
    sees: tuple[str, ...] = ()

    @property
    def direct(self) -> bool:
        """Whether the vendor's own sales are meant."""
        return self.role == TeamRole.DIRECT


@transaction.atomic
def propose_team(*, actor: Actor, deal: Deal, members: Sequence[Member], text: str = "") -> TeamVersion:
    """Propose who is on the team, in the place of what was proposed before. The proposer's own share is agreed with it.

    A name that is no partner's gives a share that nobody answers: who proposes isn't told who else is in the program.
    Records `deal.team_proposed`, and `team.invited` for each partner that was meant.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: the deal is over, the shares aren't 100 % in all,
        or a side is missing or named twice.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(TEAM_DEALS):
        raise Forbidden("not_allowed", NOT_ALLOWED)
    _check(fresh, members)
    _close_proposal(fresh, actor)
    number = (TeamVersion.objects.filter(deal=fresh).aggregate(last=Max("number"))["last"] or 0) + 1
    if number > MOST_VERSIONS:
        raise RuleViolation("too_many_versions", _("A hundred teams were proposed for this deal. Write to the vendor."))
    team = TeamVersion.objects.create(
        deal=fresh,
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment_id=fresh.enrollment_id,
        number=number,
        text=text.strip()[:LONGEST],
        proposed_by_id=actor.person_id,
        by_vendor=actor.is_vendor,
    )
    meant = _meant(fresh, members)
    # Its own first, so that its own name typed once more means nobody.
    shares = [_share(team, fresh, member, meant, actor) for member in sorted(members, key=lambda one: not one.own)]
    TeamShare.objects.bulk_create(shares)
    record(events.TEAM_PROPOSED, actor=actor, subject=fresh, data={"number": number, "reference": fresh.reference})
    for share in shares:
        if share.enrollment_id not in {None, fresh.enrollment_id}:
            record(events.SHARE_INVITED, actor=system(fresh.vendor_id), subject=share, data=_told(share))
    return team


def _told(share: TeamShare) -> dict[str, Any]:
    return {"role": str(TeamRole(share.role).label), "percent": f"{share.percent.normalize():f}"}


def _check(deal: Deal, members: Sequence[Member]) -> None:
    if deal.outcome == Outcome.LOST or deal.status == Status.WITHDRAWN:
        raise RuleViolation("deal_closed", _("The deal is over. Open it again first."))
    if not 2 <= len(members) <= MOST_MEMBERS:
        raise RuleViolation("team_size", _("A team has two to ten sides."), "members")
    if sum(member.own for member in members) != 1:
        raise RuleViolation("own_share_missing", _("The deal's own partner is always on its team."), "members")
    names = [member.name.strip().casefold() for member in members if not (member.own or member.direct)]
    if "" in names:
        raise RuleViolation("name_missing", _("Name each partner."), "members")
    if len(set(names)) < len(names) or sum(member.direct for member in members) > 1:
        raise RuleViolation("named_twice", _("A side stands there twice. Add its shares up in one."), "members")
    for member in members:
        _check_member(member)
    total = sum((member.percent for member in members), Decimal(0))
    if total != WHOLE:
        words = _("The shares add up to %(total)s%%. They must be exactly 100%%.")
        raise RuleViolation("not_hundred", words % {"total": f"{total.normalize():f}"}, "members")


def _check_member(member: Member) -> None:
    if member.role not in TeamRole.values or (member.own and member.direct):
        raise RuleViolation("unknown_role", _("Choose a role for each side."), "members")
    exponent = member.percent.as_tuple().exponent if member.percent.is_finite() else -9
    if not (isinstance(exponent, int) and exponent >= -2 and 0 <= member.percent <= WHOLE):
        raise RuleViolation("no_percentage", _("A share is 0 to 100, with two decimals at most."), "members")
    if set(member.sees) - set(SharedField.values):
        raise RuleViolation("unknown_field", _("Choose what it sees from the list."), "members")


def _meant(deal: Deal, members: Sequence[Member]) -> dict[str, Enrollment]:
    """Return the partners of the same program that names mean, by the name as typed. One query, whatever is found."""
    names = [member.name.strip() for member in members]
    wanted = Q(pk=deal.enrollment_id)
    for name in names:
        if name:
            wanted |= Q(partner__name__iexact=name) | Q(partner__legal_name__iexact=name)
    program = Enrollment.objects.filter(pk=deal.enrollment_id).values("program")
    found = Enrollment.objects.live().filter(wanted, program__in=program).select_related("partner").order_by("-pk")
    by_name: dict[str, Enrollment] = {}
    for enrollment in found:
        partner = enrollment.partner
        for known in (partner.legal_name, partner.name):
            if known:
                by_name[known.casefold()] = enrollment
        if enrollment.pk == deal.enrollment_id:
            by_name[""] = enrollment
    return by_name


def _share(team: TeamVersion, deal: Deal, member: Member, meant: dict[str, Enrollment], actor: Actor) -> TeamShare:
    name = "" if member.own else member.name.strip()
    # Taken out: two names of one partner are one side, and to refuse the second would tell that the partner exists.
    enrollment = None if member.direct else meant.pop(name.casefold(), None)
    for known in [known for known, other in meant.items() if enrollment is not None and other.pk == enrollment.pk]:
        del meant[known]
    mine = member.direct if actor.is_vendor else member.own
    words = deal.partner.name if member.own else deal.vendor.name if member.direct else name
    return TeamShare(
        team=team,
        deal=deal,
        vendor_id=deal.vendor_id,
        of_vendor_id=enrollment.vendor_id if enrollment else None,
        partner_id=enrollment.partner_id if enrollment else None,
        enrollment=enrollment,
        direct=member.direct,
        name=words[:160],
        role=member.role,
        percent=member.percent,
        sees=sorted(member.sees),
        answer=ShareAnswer.AGREED if mine else ShareAnswer.WAITING,
        answered_by_id=actor.person_id if mine else None,
        answered_at=timezone.now() if mine else None,
    )


def _close_proposal(deal: Deal, actor: Actor) -> None:
    """Take back what is proposed, if anything: something else takes its place, or nothing does."""
    team = TeamVersion.objects.select_for_update(of=("self",)).filter(deal=deal, state=TeamState.PROPOSED).first()
    if team is not None:
        _close(team, deal, TeamState.WITHDRAWN)


def _close(team: TeamVersion, deal: Deal, state: TeamState) -> None:
    team.state, team.closed_at = state, timezone.now()
    team.save(update_fields=["state", "closed_at"])
    kind = events.SHARE_AGREED if state == TeamState.AGREED else events.SHARE_CLOSED
    for share in TeamShare.objects.filter(team=team, enrollment__isnull=False).order_by("pk"):
        if share.enrollment_id != deal.enrollment_id and share.answer != ShareAnswer.DECLINED:
            record(kind, actor=system(deal.vendor_id), subject=share, data=_told(share))


@transaction.atomic
def withdraw_team(*, actor: Actor, deal: Deal) -> None:
    """Take back the team that is proposed. What was agreed before goes on. Records `deal.team_withdrawn`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: nothing is proposed any more.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(TEAM_DEALS):
        raise Forbidden("not_allowed", NOT_ALLOWED)
    team = TeamVersion.objects.filter(deal=fresh, state=TeamState.PROPOSED).first()
    if team is None:
        raise Conflict("state_changed", _("This team isn't proposed any more."), fresh=fresh)
    _close_proposal(fresh, actor)
    record(events.TEAM_WITHDRAWN, actor=actor, subject=fresh, data={"number": team.number})


@transaction.atomic
def answer_share(*, actor: Actor, share: TeamShare, agrees: bool, text: str = "") -> TeamShare:
    """Agree to one's share, or decline it. The last to agree makes the team hold; one that declines ends the proposal.

    Records `team.answered` with the share, and `deal.team_agreed` or `deal.team_declined` with the deal.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: it isn't proposed any more, or was answered.
        RuleViolation: one declines without saying why.
    """
    deal, fresh = _locked(actor, share)
    team = fresh.team
    if team.state != TeamState.PROPOSED or fresh.answer != ShareAnswer.WAITING:
        raise Conflict("state_changed", _("This isn't to be answered any more. Look again."), fresh=fresh)
    text = text.strip()[:LONGEST]
    if not agrees and not text:
        raise RuleViolation("required", _("Say why, so that another proposal can be made."), "text")
    answer = ShareAnswer.AGREED if agrees else ShareAnswer.DECLINED
    fresh.answer, fresh.answered_at, fresh.answer_text = answer, timezone.now(), text
    fresh.answered_by_id = actor.person_id
    fresh.save(update_fields=["answer", "answered_by", "answered_at", "answer_text"])
    record(events.SHARE_ANSWERED, actor=actor, subject=fresh, data={"answer": str(answer.label), "message": text})
    words = {"number": team.number, "name": fresh.name, "message": text, "reference": deal.reference}
    if not agrees:
        _close(team, deal, TeamState.DECLINED)
        record(events.TEAM_DECLINED, actor=system(deal.vendor_id), subject=deal, data=words)
    elif not TeamShare.objects.filter(team=team).exclude(answer=ShareAnswer.AGREED).exists():
        _close(team, deal, TeamState.AGREED)
        record(events.TEAM_AGREED, actor=system(deal.vendor_id), subject=deal, data=words)
    return fresh


@transaction.atomic
def leave_team(*, actor: Actor, share: TeamShare, text: str = "") -> TeamShare:
    """Leave the team of another partner's deal. What was agreed stays on record; the deal is out of sight from now on.

    Records `deal.team_left`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: the share isn't in a team that holds.
    """
    deal, fresh = _locked(actor, share)
    if fresh.team.state != TeamState.AGREED or fresh.left_at is not None or fresh.enrollment_id == deal.enrollment_id:
        raise Conflict("state_changed", _("There is nothing to leave. Look again."), fresh=fresh)
    fresh.left_at, fresh.left_text = timezone.now(), text.strip()[:LONGEST]
    fresh.save(update_fields=["left_at", "left_text"])
    words = {"number": fresh.team.number, "name": fresh.name, "message": fresh.left_text, "reference": deal.reference}
    record(events.TEAM_LEFT, actor=system(deal.vendor_id), subject=deal, data=words)
    return fresh


def _locked(actor: Actor, share: TeamShare) -> tuple[Deal, TeamShare]:
    """Lock the deal, then the share, for the side whose share it is.

    Raises:
        Http404: it isn't the actor's to answer. Forbidden: no right.
    """
    mine = TeamShare.objects.visible_to(actor).filter(pk=share.pk).living()
    mine = mine.filter(direct=True) if actor.is_vendor else mine.filter(partner_id=actor.partner_id)
    if not mine.exists():
        raise Http404
    if not actor.may(TEAM_DEALS):
        raise Forbidden("not_allowed", NOT_ALLOWED)
    deal = Deal.objects.select_for_update(of=("self",)).select_related("partner").get(pk=share.deal_id)
    fresh = TeamShare.objects.select_for_update(of=("self",)).select_related("team").get(pk=share.pk)
    return deal, fresh
