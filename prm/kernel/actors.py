"""Who acts: made once per request, token or task, then handed to every query and service."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import Promise


class Role(TextChoices):
    """What a seat's holder does. The first four belong to a partner, the others to a vendor."""

    ADMINISTRATOR = "administrator", _("Administrator")
    SALES = "sales", _("Sales")
    MARKETING = "marketing", _("Marketing")
    TECHNICAL = "technical", _("Technical")
    MANAGER = "manager", _("Partner manager")
    APPROVER = "approver", _("Deal approver")
    FINANCE = "finance", _("Finance")
    EXECUTIVE = "executive", _("Executive")


PARTNER_ROLES = frozenset({Role.ADMINISTRATOR, Role.SALES, Role.MARKETING, Role.TECHNICAL})
VENDOR_ROLES = frozenset(Role) - PARTNER_ROLES


class Reach(TextChoices):
    """Which of the partner's records a partner's seat sees."""

    OWN = "own", _("Own records")
    ALL = "all", _("All of the partner's records")


class Kind(StrEnum):
    """On whose side the actor stands."""

    PARTNER = "partner"
    VENDOR = "vendor"
    OPERATOR = "operator"
    SYSTEM = "system"
    PERSON = "person"
    ANONYMOUS = "anonymous"


class Via(StrEnum):
    """How the actor proved who it is."""

    SESSION = "session"
    COMPANY = "company"
    TOKEN = "token"  # noqa: S105  (a name, not a secret)
    TASK = "task"
    NOTHING = "nothing"


BY_HAND = frozenset({Via.SESSION, Via.COMPANY})
"""A person at a browser. COMPANY was let in by a vendor's own identity provider, and acts for that vendor alone."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A right: which roles hold it, and which token scope carries it.

    `system` says whether tasks hold it too.
    """

    name: str
    label: str | Promise
    roles: frozenset[Role]
    scope: str
    system: bool = False

    @property
    def reads(self) -> bool:
        """Whether it only lets one see: its token scope says so, as in "deals:read"."""
        return self.scope.endswith(":read")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A live enrollment of the actor's partner. gate: the key of the agreement that it waits for, "" for none."""

    id: int
    vendor_id: int
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Person, seat, vendor or partner, role, and how authenticated. Never changes during a request."""

    kind: Kind
    person_id: int | None = None
    seat_id: int | None = None
    role: Role | None = None
    vendor_id: int | None = None
    partner_id: int | None = None
    enrollments: tuple[Enrolled, ...] = ()
    reach: Reach = Reach.ALL
    via: Via = Via.NOTHING
    scopes: frozenset[str] | None = field(default=None)
    works_elsewhere: bool = False
    """In a session that a company's sign-in opened: whether the person has seats that it doesn't reach."""
    read_only: bool = False
    """A vendor's person who views the portal as a partner: no right to write, no personal rows, no event."""

    @property
    def enrollment_ids(self) -> tuple[int, ...]:
        """The ids of the partner's live enrollments; empty for everyone else."""
        return tuple(enrolled.id for enrolled in self.enrollments)

    @property
    def vendor_ids(self) -> frozenset[int]:
        """The vendors whose shared rows the actor may read."""
        if self.vendor_id is not None:
            return frozenset({self.vendor_id})
        return frozenset(enrolled.vendor_id for enrolled in self.enrollments)

    @property
    def is_partner(self) -> bool:
        """Whether it acts for a partner."""
        return self.kind is Kind.PARTNER

    @property
    def is_vendor(self) -> bool:
        """Whether it acts for a vendor, as a person."""
        return self.kind is Kind.VENDOR

    @property
    def is_operator(self) -> bool:
        """Whether it runs the installation, and so reads no tenant's rows."""
        return self.kind is Kind.OPERATOR

    @property
    def speaks_for_person(self) -> bool:
        """Whether it may change what holds for the person in every seat, such as name, language and mail settings."""
        by_hand = self.person_id is not None and self.via in BY_HAND
        return by_hand and not self.works_elsewhere and not self.read_only

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the right, and, with a token, whether the token's scopes carry it."""
        if self.kind is Kind.SYSTEM:
            return permission.system
        if self.read_only and not permission.reads:
            return False
        if self.role is None or self.role not in permission.roles:
            return False
        return self.scopes is None or permission.scope in self.scopes

    def is_meant(self, permission: Permission) -> bool:
        """Whether its role holds the right, also where it only looks: for what pages show, never for what is done."""
        return self.role is not None and self.role in permission.roles

    def holds_scope(self, scope: str) -> bool:
        """Whether a token may be used for `scope`; people who signed in hold every scope."""
        return self.scopes is None or scope in self.scopes


ANONYMOUS = Actor(kind=Kind.ANONYMOUS)


def system(vendor_id: int | None) -> Actor:
    """The actor of a task or handler that works for one vendor, and sees that vendor's rows only."""
    return Actor(kind=Kind.SYSTEM, vendor_id=vendor_id, via=Via.TASK)


PERMISSIONS: dict[str, Permission] = {}


def permission(
    name: str, label: str | Promise, *, roles: Iterable[Role], scope: str, system: bool = False
) -> Permission:
    """Declare a right; `name` is "subject.verb", `scope` is the token scope that carries it."""
    PERMISSIONS[name] = Permission(name, label, frozenset(roles), scope, system)
    return PERMISSIONS[name]
