"""The people one can be in the demo; the start page offers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import Role

if TYPE_CHECKING:
    from django.utils.functional import Promise

PASSWORD = "partner-demo"  # noqa: S105  (the demo's, shown on its start page)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person to sign in as: what one can try, and the seats, as pairs of the organisation's slug and the role."""

    email: str
    name: str
    what: str | Promise
    seats: tuple[tuple[str, Role], ...]


@dataclass(frozen=True, slots=True)
class SignInGroup:
    """People who stand together on the start page."""

    title: str | Promise
    text: str | Promise
    people: tuple[SignIn, ...]


def _one(email: str, name: str, what: str | Promise, where: str, role: Role) -> SignIn:
    return SignIn(email, name, what, ((where, role),))


GROUPS = (
    SignInGroup(
        _("Brightpath, a partner"),
        _("Sells for both vendors, from one place."),
        (
            _one("sales@brightpath.example", "Mara Lindqvist", _("registers deals"), "brightpath", Role.SALES),
            _one(
                "admin@brightpath.example", "Sven Albers", _("looks after the team"), "brightpath", Role.ADMINISTRATOR
            ),
            _one(
                "marketing@brightpath.example",
                "Nele Seidel",
                _("reads along for marketing"),
                "brightpath",
                Role.MARKETING,
            ),
            _one(
                "technical@brightpath.example",
                "Uwe Marquardt",
                _("reads along as engineer"),
                "brightpath",
                Role.TECHNICAL,
            ),
        ),
    ),
    SignInGroup(
        _("Northwind Robotics, a vendor"),
        _("Decides what partners register."),
        (
            _one("deals@northwind.example", "Jonas Brandt", _("decides registrations"), "northwind", Role.APPROVER),
            _one(
                "manager@northwind.example",
                "Clara Voss",
                _("looks after partners, sets up programs"),
                "northwind",
                Role.MANAGER,
            ),
            _one("finance@northwind.example", "Henrik Thies", _("sees the figures"), "northwind", Role.FINANCE),
            _one("executive@northwind.example", "Katrin Hagedorn", _("watches the whole"), "northwind", Role.EXECUTIVE),
        ),
    ),
    SignInGroup(
        _("Elsewhere"),
        _("The walls between vendors, and other seats."),
        (
            _one(
                "manager@halden.example",
                "Ingrid Solheim",
                _("partner manager at Halden Cloud, the other vendor"),
                "halden",
                Role.MANAGER,
            ),
            _one(
                "deals@halden.example",
                "Torbjørn Myhre",
                _("decides registrations at Halden Cloud"),
                "halden",
                Role.APPROVER,
            ),
            SignIn(
                "sofie@aalto.example",
                "Sofie Aalto",
                _("sells for two partners: switches seats"),
                (("brightpath", Role.SALES), ("kestrel", Role.SALES)),
            ),
            SignIn("operator@localhost.example", "Ruth Osgood", _("runs this installation"), ()),
        ),
    ),
)


def person_of(email: str) -> SignIn:
    """Return one of the people by mail address."""
    return next(person for group in GROUPS for person in group.people if person.email == email)


@dataclass(frozen=True, slots=True)
class Trial:
    """Something worth trying, and who can."""

    title: str | Promise
    text: str | Promise
    person: SignIn
    button: str | Promise


TRIALS = (
    Trial(
        _("Register a deal"),
        _(
            "For a company of your own, or write “Castelan Food”: Brightpath has registered that one already. You "
            "see what it brings before you send it."
        ),
        person_of("sales@brightpath.example"),
        _("Be Mara, who sells"),
    ),
    Trial(
        _("Decide it"),
        _(
            "It is on the desk at once: with its clock, a suggestion and the reason for it. Look-alikes stand side "
            "by side."
        ),
        person_of("deals@northwind.example"),
        _("Be Jonas, who decides"),
    ),
    Trial(
        _("Look over the wall"),
        _("Brightpath sells for Halden Cloud too. From there, nothing of Northwind can be seen, counted or guessed."),
        person_of("manager@halden.example"),
        _("Be Ingrid, the other vendor"),
    ),
)
