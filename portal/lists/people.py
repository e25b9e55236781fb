"""Lists of partners' people from another system: kept as invitations that nobody is told of before somebody says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.changes import note_changing, note_made
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, choice, mail, text
from imports.registry import import_kind
from partners.finding import EnrollmentFinder
from partners.models import Invitation, Partner, Seat
from partners.permissions import IMPORT_PARTNERS
from partners.services import Invitee, hold_invitation
from portal.lists.partners import inviter_of
from prm.kernel.actors import PARTNER_ROLES, Reach, Role, system

if TYPE_CHECKING:
    from imports.models import Import, StagedRow


def partner_role(cell: str) -> str:
    """Return the role at a partner that a cell names."""
    role: str = choice(Role)(cell)
    if role not in PARTNER_ROLES:
        raise Refused(_("“%(text)s” is no role at a partner.") % {"text": cell[:40]})
    return role


@import_kind
class People(ImportKind):
    """Partners' people, one row for each person and partner."""

    name, noun = "cutover-people", "listed_person"
    label, objects = gettext_lazy("People of partners"), gettext_lazy("held invitations")
    intro = gettext_lazy(
        "The people who work at your partners, with their roles. Nobody is told: they wait under Held invitations. "
        "Where somebody works at a partner here already, its administrator invites the others."
    )
    icon = "team"
    permission = IMPORT_PARTNERS
    targets = (
        Target(
            "email",
            gettext_lazy("E-mail"),
            required=True,
            aliases=("email", "e mail", "mail", "user", "username", "login"),
            parser=mail,
            example=("ada@brightpath.example", "sam@brightpath.example"),
        ),
        Target(
            "name",
            gettext_lazy("Name"),
            aliases=("full name", "contact", "contact name", "person"),
            parser=text(120),
            example=("Ada Lovelace", "Sam Weller"),
        ),
        Target(
            "partner",
            gettext_lazy("Partner"),
            required=True,
            help=gettext_lazy("Your number for it, its name or slug"),
            aliases=("partner id", "partner name", "company", "account", "account name"),
            parser=text(200),
            example=("P-1001", "P-1001"),
        ),
        Target(
            "role",
            gettext_lazy("Role"),
            help=gettext_lazy("Sales without it"),
            aliases=("user role", "profile"),
            parser=partner_role,
            example=("administrator", "sales"),
        ),
        Target(
            "reach",
            gettext_lazy("Sees"),
            help=gettext_lazy("All of the partner’s records without it"),
            parser=choice(Reach),
            example=("all", "own"),
        ),
    )

    def key(self, data: Mapping[str, Any]) -> str:
        """Return address and partner: a list has both once."""
        return f"{data['email']}\n{data['partner']}".lower()

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Find each row's partner, and whether the person waits there already."""
        self._resolve(run, rows)

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Hold an invitation for who is new; give who waits the role that the list says."""
        partners = self._resolve(run, rows)
        note_changing(run, Invitation, [row.object_id for row in rows if row.is_change and row.object_id])
        for row in rows:
            if row.is_change:
                role, reach = wanted(row.data)
                held = Invitation.objects.visible_to(system(run.vendor_id)).filter(pk=row.object_id)
                held.update(role=role, reach=reach)
            elif row.is_new:
                self._hold(run, row, partners[row.line])

    def _hold(self, run: Import, row: StagedRow, partner: Partner) -> None:
        role, reach = wanted(row.data)
        held = hold_invitation(
            partner=partner,
            issuer_id=run.vendor_id,
            invitee=Invitee(email=row.data["email"], role=Role(role), reach=Reach(reach)),
            name=row.data["name"],
            inviter_id=inviter_of(run),
        )
        row.object_id = held.pk
        note_made(run, Invitation, [held.pk])

    def _resolve(self, run: Import, rows: Sequence[StagedRow]) -> dict[int, Partner]:
        """Return the partners by line, and mark the rows. A fixed number of queries."""
        finder = EnrollmentFinder(run.vendor_id, (row.data["partner"] for row in rows))
        partners: dict[int, Partner] = {}
        for row in rows:
            try:
                partners[row.line] = _partner(finder, row.data["partner"])
            except Refused as refusal:
                row.refuse(refusal)
        ids, actor = {partner.pk for partner in partners.values()}, system(run.vendor_id)
        seated = set(Seat.objects.visible_to(actor).filter(partner__in=ids).values_list("partner_id", flat=True))
        waiting = Invitation.objects.visible_to(actor).waiting().filter(issuer_id=run.vendor_id, partner__in=ids)
        known = {(one.partner_id, one.email.lower()): one for one in waiting}
        lines: dict[tuple[int, str], int] = {}
        for row in rows:
            partner = partners.get(row.line)
            if partner is None:
                continue
            place = (partner.pk, row.data["email"])
            if partner.pk in seated:
                row.refuse(_("This partner has people already; its administrator invites the others."))
            elif place in lines:
                row.refuse(_("The same person as line %(line)d.") % {"line": lines[place]})
            elif (found := known.get(place)) is not None:
                differs = (found.role, found.reach) != wanted(row.data)
                row.finds(found.pk, changes=found.is_held and differs)
            lines.setdefault(place, row.line)
        return partners


def wanted(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the role and the reach that a row gives."""
    return data["role"] or str(Role.SALES), data["reach"] or str(Reach.ALL)


def _partner(finder: EnrollmentFinder, text: str) -> Partner:
    enrollments = finder.all_of(text)
    partners = {one.partner_id: one.partner for one in enrollments}
    if len(partners) == 1:
        return next(iter(partners.values()))
    if partners:
        raise Refused(_("“%(name)s” fits several of your partners: give its number.") % {"name": text})
    raise Refused(_("“%(name)s” is none of your partners.") % {"name": text})
