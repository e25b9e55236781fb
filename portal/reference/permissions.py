"""The page of rights: who may do what."""

from __future__ import annotations

from portal.reference.markdown import code, page, table
from prm.kernel.actors import PARTNER_ROLES, PERMISSIONS, VENDOR_ROLES, Permission, Role

ABOUT = (
    "A seat has one role; a role holds rights. Sight comes first: nobody has a right over a row out of sight. "
    "“Scope” is what an API token needs beside its seat's role. “Tasks” are the workers' own doings, such as expiry."
)


def permissions_page() -> str:
    """Return the page."""
    partner = [role for role in Role if role in PARTNER_ROLES]
    vendor = [role for role in Role if role in VENDOR_ROLES]
    return page("Permissions", ABOUT, _side("Partners' roles", partner), _side("Vendors' roles", vendor), _carried())


def _side(title: str, roles: list[Role]) -> str:
    rows = [
        [code(right.name), right.label, *("yes" if role in right.roles else "" for role in roles)]
        for right in _rights()
        if right.roles & set(roles)
    ]
    return f"## {title}\n\n" + table(["Right", "In words", *(str(role.label) for role in roles)], rows)


def _carried() -> str:
    rows = [[code(right.name), code(right.scope), "yes" if right.system else ""] for right in _rights()]
    return "## Scopes and tasks\n\n" + table(["Right", "Scope", "Tasks"], rows)


def _rights() -> list[Permission]:
    return [PERMISSIONS[name] for name in sorted(PERMISSIONS)]


def holders(right: Permission) -> str:
    """Return who holds a right, in words."""
    names = [str(role.label) for role in Role if role in right.roles]
    return ", ".join(names + ["tasks"] * right.system) or "nobody"
