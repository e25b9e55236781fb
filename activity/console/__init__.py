"""The admin console: Django's admin, scoped by the actor's seat, under the product's own look.

An admin class names the permissions to look and to change (`ScopedAdmin`). It writes nothing itself: every change is a
call of one service. The pages' templates are in `templates/admin/`.
"""

from activity.console.base import ScopedAdmin, ScopedInline, choices_for
from activity.console.place import Console, site

__all__ = ["Console", "ScopedAdmin", "ScopedInline", "choices_for", "site"]
