"""Lists of a vendor's partners: enrolled, or brought in line; their administrators are invited later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.changes import note_changing, note_made
from imports.kinds import ImportKind
from imports.parsers import Refused
from imports.registry import import_kind
from partners.enums import EnrollmentStatus, PartnerType
from partners.models import Enrollment, Invitation, Partner, PartnerDomain, Program, Seat
from partners.permissions import IMPORT_PARTNERS
from partners.services import Invitee, ListedPartner, change_listed, enrol_listed, hold_invitation
from partners.services.taking_over import changes_of, forget_listed
from portal.lists.columns import PARTNER_COLUMNS, PROFILE_COLUMNS
from portal.lists.recognising import Known, PartnerRecogniser
from prm.kernel.actors import Role, system
from prm.kernel.domains import registrable_domain
from standing.models import Calculation, Standing, Tier, TierSpan
from standing.services import take_over_tier
from standing.services.taking_over import forget_tiers

if TYPE_CHECKING:
    from django.db.models import Model

    from imports.models import Import, StagedRow


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with what it refers to. enrollment: None where it makes one."""

    staged: StagedRow
    listed: ListedPartner
    known: Known
    tier: Tier | None
    enrollment: Enrollment | None
    vacant: bool

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """What it changes of an enrollment that is there."""
        assert self.enrollment is not None  # noqa: S101  (asked of those only)
        return changes_of(self.listed, self.enrollment, vacant=self.vacant)


@import_kind
class Partners(ImportKind):
    """A vendor's partners, one row for each enrollment in a program."""

    name, noun = "partners", "partner"
    label, objects = gettext_lazy("Partners"), gettext_lazy("partner records")
    intro = gettext_lazy(
        "Your partners, one row for each. Those that you have are known by your number, domain or name and country: of "
        "them a row changes number, manager and date, and the profile as long as nobody works there. Status and tier "
        "count for new ones only. Nobody is mailed: administrators are invited when you say so, under Held invitations."
    )
    icon = "building"
    permission = IMPORT_PARTNERS
    targets = PARTNER_COLUMNS
    parts = (Standing, TierSpan, Calculation, PartnerDomain)

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data; a website's own domain counts where no domains are given."""
        data = super().parse(cells)
        if not data["domains"] and (domain := registrable_domain(data["website"])):
            data["domains"] = [domain]
        if data["admin_name"] and not data["admin_email"]:
            raise Refused(_("The administrator has a name, but no address."))
        return {**data, "domains": data["domains"] or []}

    def key(self, data: Mapping[str, Any]) -> str:
        """Return the vendor's number, by program: a list has it once."""
        return f"{data['external_id']}\n{data['program']}".lower() if data["external_id"] else ""

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Find each row's enrollment, and refuse what refers to nothing."""
        for row in _Resolver(run, rows).rows():
            if row.enrollment is not None:
                changes = row.changes
                row.staged.finds(row.enrollment.pk, changes=bool(changes["enrollment"] or changes["partner"]))

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Enrol those that are new, change the others; keep administrators to be invited."""
        found = _Resolver(run, rows).rows()
        there = {row.enrollment: row.changes for row in found if row.enrollment is not None}
        note_changing(run, Partner, {one.partner_id for one, changes in there.items() if changes["partner"]})
        note_changing(run, Enrollment, [one.pk for one, changes in there.items() if changes["enrollment"]])
        fresh: dict[int, Partner] = {}
        for row in found:
            if row.enrollment is not None:
                change_listed(enrollment=row.enrollment, changes=row.changes)
            else:
                _enrol(run, row, fresh)

    def before_undo(self, run: Import, model: type[Model], removed: Sequence[int], restored: Sequence[int]) -> None:
        """Delete what goes with enrollments and partners that go."""
        if model is Enrollment:
            forget_tiers(removed)
        elif model is Partner:
            forget_listed(removed)


def _enrol(run: Import, row: _Row, fresh: dict[int, Partner]) -> None:
    """Enrol a partner; fresh: those that this chunk made, by the line of their first row."""
    listed, actor = row.listed, system(run.vendor_id)
    if row.known.line in fresh:
        listed = replace(listed, known=fresh[row.known.line])
    made = enrol_listed(actor=actor, listed=listed)
    row.staged.object_id = made.enrollment.pk
    if made.is_new:
        fresh[row.known.line] = made.enrollment.partner
        note_made(run, Partner, [made.enrollment.partner_id])
    note_made(run, Enrollment, [made.enrollment.pk])
    if row.tier is not None:
        take_over_tier(enrollment=made.enrollment, tier=row.tier)
    if row.staged.data["admin_email"] and made.is_new:
        _hold(run, row, made.enrollment)


def _hold(run: Import, row: _Row, enrollment: Enrollment) -> None:
    invitation = hold_invitation(
        partner=enrollment.partner,
        issuer_id=run.vendor_id,
        invitee=Invitee(email=row.staged.data["admin_email"], role=Role.ADMINISTRATOR),
        name=row.staged.data["admin_name"],
        inviter_id=inviter_of(run),
    )
    note_made(run, Invitation, [invitation.pk])


def inviter_of(run: Import) -> int:
    """Return who invites until somebody has the invitations sent: who imports, else a manager of the vendor.

    Raises:
        Refused: nobody does.
    """
    if run.person_id is not None:
        return run.person_id
    seats = Seat.objects.visible_to(system(run.vendor_id)).active()
    managers = seats.filter(vendor_id=run.vendor_id, role=Role.MANAGER).order_by("pk")
    found: int | None = managers.values_list("person_id", flat=True).first()
    if found is None:
        raise Refused(_("Nobody of the vendor could invite the administrator."))
    return found


class _Resolver:
    """Looks up what a batch of rows refers to: a handful of queries, however many rows."""

    def __init__(self, run: Import, rows: Sequence[StagedRow]) -> None:
        self._rows, self._actor = rows, system(run.vendor_id)
        self._partners = PartnerRecogniser(self._actor, [row.data for row in rows])
        self._programs = list(Program.objects.visible_to(self._actor).select_related("vendor").order_by("pk"))
        staff = Seat.objects.visible_to(self._actor).active().filter(vendor_id=run.vendor_id)
        self._staff = {email.lower(): person for email, person in staff.values_list("person__email", "person_id")}
        tiers = Tier.objects.visible_to(self._actor).filter(rank__isnull=False)
        self._tiers = {
            (tier.program_id, tier.partner_type, word.lower()): tier
            for tier in tiers
            for word in (tier.name, tier.slug)
        }

    def rows(self) -> list[_Row]:
        """Return the rows that can be taken; the others are refused."""
        found: list[tuple[StagedRow, Program, Known]] = []
        for row in self._rows:
            try:
                program = self._program(row.data["program"])
                found.append((row, program, self._partners.recognise(row.line, row.data, program.pk)))
            except Refused as refusal:
                row.refuse(refusal)
        ids = [pk for _row, program, known in found if (pk := known.programs.get(program.pk))]
        enrollments = Enrollment.objects.visible_to(self._actor).select_related("partner").in_bulk(ids)
        ours = {known.partner_id for _row, _program, known in found if known.partner_id}
        partners = Partner.objects.visible_to(self._actor).in_bulk(ours)
        seated = set(Seat.objects.visible_to(self._actor).filter(partner__in=ours).values_list("partner_id", flat=True))
        resolved = []
        for row, program, known in found:
            enrollment = enrollments.get(known.programs.get(program.pk) or 0)
            try:
                listed, tier = self._listed(row.data, program, known, partners.get(known.partner_id or 0))
            except Refused as refusal:
                row.refuse(refusal)
                continue
            resolved.append(_Row(row, listed, known, tier, enrollment, known.partner_id not in seated))
        return resolved

    def _program(self, text: str) -> Program:
        named = [each for each in self._programs if text.lower() in {each.slug, each.name.lower()}]
        fit = named if text else self._programs
        if len(fit) == 1:
            return fit[0]
        names = ", ".join(each.name for each in self._programs)
        if text:
            raise Refused(_("“%(text)s” is none of your programs: %(names)s.") % {"text": text, "names": names})
        raise Refused(_("Say in which program: %(names)s.") % {"names": names})

    def _listed(
        self, data: Mapping[str, Any], program: Program, known: Known, partner: Partner | None
    ) -> tuple[ListedPartner, Tier | None]:
        profile = {name: data[name] for name in PROFILE_COLUMNS if data[name]}
        kind = (partner.type if partner else profile.get("type")) or PartnerType.RESELLER
        tier = self._tier(data["tier"], program, str(kind))
        manager = self._staff.get(data["manager"]) if data["manager"] else None
        if data["manager"] and manager is None:
            raise Refused(_("%(mail)s is none of your people who may sign in.") % {"mail": data["manager"]})
        # One number names one enrollment: in a further program the partner goes without.
        number = data["external_id"]
        listed = ListedPartner(
            program=program,
            profile=profile,
            known=partner,
            domains=tuple(data["domains"]),
            number=number if known.numbers.get(number) == program.pk else "",
            status=EnrollmentStatus(data["status"] or EnrollmentStatus.ACTIVE),
            manager_id=manager,
            since=date.fromisoformat(data["since"]) if data["since"] else None,
        )
        return listed, tier

    def _tier(self, text: str, program: Program, kind: str) -> Tier | None:
        if not text:
            return None
        word = text.lower()
        own = any(program_id == program.pk and of == kind for program_id, of, _word in self._tiers)
        tier = self._tiers.get((program.pk, kind if own else "", word))
        if tier is None:
            raise Refused(
                _("“%(tier)s” is no tier of %(program)s for such partners.") % {"tier": text, "program": program.name}
            )
        return tier
