"""Lists of open registrations from another system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identities import IDENTITY_COLUMNS, Identity
from accounts.models import Account, MatchKey, ProductFamily
from dealreg.columns import DEAL_COLUMNS
from dealreg.enums import Part, Stage
from dealreg.leads import imports as lead_imports  # noqa: F401  (leads' own)
from dealreg.models import Conflict, Deal, Protection, TakenOver
from dealreg.permissions import IMPORT_DEALS
from dealreg.services.taking_over import OldRegistration, Taken, take_over_deal
from imports import staging
from imports.changes import note_made
from imports.kinds import ImportKind
from imports.parsers import Refused
from imports.registry import import_kind
from partners.finding import EnrollmentFinder
from partners.models import Enrollment, Seat
from prm.kernel.actors import Role, system
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from django.db.models import Model

    from imports.models import Import, StagedRow

NOON = time(12)


class _Undo(Exception):
    """Ends a try: what it wrote goes."""


@import_kind
class OpenDeals(ImportKind):
    """Open registrations, with their dates and references of the old system. The preview is a try, undone at once."""

    name, noun = "cutover-deals", "taken_over_deal"
    label, objects = gettext_lazy("Open registrations"), gettext_lazy("registrations")
    intro = gettext_lazy(
        "Registrations that are open in your old system, with the days on which they were submitted, approved and end. "
        "One that is there already, by its old reference, stays as it is. They earn no points: the old system counted "
        "them. Nobody is told. A column headed like one of the program’s own fields answers it; several choices are "
        "divided by semicolons."
    )
    icon = "deal"
    permission = IMPORT_DEALS
    targets = DEAL_COLUMNS
    keeps_further = True
    parts = (Protection, Conflict, MatchKey)
    unwatched: ClassVar[Mapping[str, Sequence[str]]] = {"dealreg.deal": ("reminded_at", "updated_at")}

    def title(self, data: Mapping[str, Any]) -> str:
        """Return the old reference and the customer."""
        return f"{data['reference']} {data['customer_name']}"

    def key(self, data: Mapping[str, Any]) -> str:
        """Return the old reference: a list has it once."""
        return str(data["reference"]).lower()

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Try to take all of them over, and undo that: so the preview is exact."""
        try:
            with transaction.atomic():
                self._take(run, rows)
                raise _Undo
        except _Undo:
            pass

    def merge_lines(self, run: Import, at: int, upto: int) -> None:
        """Take over what isn't there yet; without a try before it."""
        rows = staging.good_rows(run, at, upto)
        for row in rows:
            row.makes()
        for row, taken in self._take(run, rows):
            row.object_id = taken.deal.pk
            note_made(run, Deal, [taken.deal.pk])
            note_made(run, TakenOver, [taken.origin.pk])
            note_made(run, Account, [taken.account_id] if taken.account_id else [])
        staging.save_marks(rows)

    def _take(self, run: Import, rows: Sequence[StagedRow]) -> list[tuple[StagedRow, Taken]]:
        known = TakenOver.objects.filter(vendor_id=run.vendor_id, reference__in=[row.data["reference"] for row in rows])
        there = dict(known.values_list("reference", "deal_id"))
        resolver, taken = _Resolver(run, rows), []
        for row in rows:
            if row.data["reference"] in there:
                row.finds(there[row.data["reference"]], changes=False)
                continue
            try:
                made = take_over_deal(actor=system(run.vendor_id), old=resolver.registration(row.data))
            except Refused as refusal:
                row.refuse(refusal)
            except RuleViolation as violation:
                row.refuse(violation.message)
            else:
                taken.append((row, made))
        return taken

    def before_undo(self, run: Import, model: type[Model], removed: Sequence[int], restored: Sequence[int]) -> None:
        """Delete what goes with deals and accounts that go."""
        if model is Deal:
            Protection.objects.filter(deal__in=removed).delete()
            Conflict.objects.filter(deal__in=removed).delete()
        elif model is Account:
            MatchKey.objects.filter(account__in=removed).delete()


class _Resolver:
    """Looks up what a batch of rows refers to."""

    def __init__(self, run: Import, rows: Sequence[StagedRow]) -> None:
        self._finder = EnrollmentFinder(run.vendor_id, (row.data["partner"] for row in rows))
        families = ProductFamily.objects.filter(vendor_id=run.vendor_id)
        self._families = {word.lower(): one.pk for one in families for word in (one.code, one.name)}
        self._stand_in = run.person_id or self._manager(run.vendor_id)

    @staticmethod
    def _manager(vendor_id: int) -> int:
        managers = Seat.objects.active().filter(vendor_id=vendor_id, role=Role.MANAGER).order_by("pk")
        found: int | None = managers.values_list("person_id", flat=True).first()
        if found is None:
            raise RuleViolation("no_manager", _("The vendor has no partner manager who could stand in."))
        return found

    def registration(self, data: Mapping[str, Any]) -> OldRegistration:
        """Return what a row says, its references resolved.

        Raises:
            Refused: one of them leads nowhere.
        """
        enrollment = self._enrollment(data)
        zone = ZoneInfo(enrollment.vendor.time_zone)
        return OldRegistration(
            enrollment=enrollment,
            reference=data["reference"],
            stand_in=enrollment.manager_id or self._stand_in,
            owner_email=data["owner"],
            customer=Identity(*(data[f"customer_{column}"] for column in IDENTITY_COLUMNS)),
            value=Decimal(data["value"]),
            currency=data["currency"] or enrollment.vendor.currency,
            close_date=date.fromisoformat(data["close_date"]),
            stage=data["stage"] or Stage.QUALIFIED,
            part=data["part"] or Part.SELL,
            families=self._family_ids(data["families"]),
            further=data.get("further", {}),
            submitted_at=_moment(data["submitted"], zone) or datetime.now(zone),
            approved_at=_moment(data["approved"], zone),
            protected_until=_moment(data["protected_until"], zone),
            **{name: data[name] for name in ("contact_name", "contact_email", "title", "notes")},
        )

    def _enrollment(self, data: Mapping[str, Any]) -> Enrollment:
        found = self._finder.find(data["partner"], data["program"])
        if found.is_ambiguous:
            raise Refused(_("“%(name)s” fits several enrollments: say which program.") % {"name": data["partner"]})
        if found.enrollment is None:
            raise Refused(_("“%(name)s” is none of your partners.") % {"name": data["partner"]})
        enrollment: Enrollment = found.enrollment
        if not enrollment.is_live:
            raise Refused(_("“%(name)s” has no access at the moment.") % {"name": data["partner"]})
        return enrollment

    def _family_ids(self, text: str) -> tuple[int, ...]:
        words = [word.strip().lower() for word in text.replace("|", ";").split(";") if word.strip()]
        unknown = [word for word in words if word not in self._families]
        if unknown:
            raise Refused(_("“%(name)s” is none of your product families.") % {"name": unknown[0]})
        return tuple({self._families[word] for word in words})


def _moment(day: str, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), NOON, tzinfo=zone) if day else None
