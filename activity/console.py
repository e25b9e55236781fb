"""The admin console: Django's admin, scoped by the actor's seat. Rights come from permissions of ours, not Django's.

An admin class names the permissions to look and to change. State and amounts are read-only: they change through
services, on the desk. Every change made here is an event with before and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.forms import DateInput
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from activity.events import CONSOLE_ADDED, CONSOLE_CHANGED
from activity.permissions import USE_CONSOLE
from prm.kernel.actors import Permission
from prm.kernel.errors import Forbidden
from prm.kernel.recording import record
from prm.kernel.scoping import is_visible

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from prm.kernel.actors import Actor


class Console(admin.AdminSite):
    """The site: for partner managers, from a vendor's seat."""

    site_header = _("Console")
    site_title = _("Open PRM console")
    index_title = _("Set up and look after your program")
    enable_nav_sidebar = True
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who may use the console."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return actor.may(USE_CONSOLE)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the one sign-in; tell everyone else that this isn't theirs."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Forbidden("not_allowed", _("The console is for partner managers. Ask yours, or switch to that seat."))


site = Console(name="admin")

# The browser's own date field: Django's calendar writes inline styles, which the strict CSP refuses.
DATES: dict[Any, Any] = {models.DateField: {"widget": DateInput(format="%Y-%m-%d", attrs={"type": "date"})}}


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter beside a list that offers only rows in the actor's sight; Django's own offers every tenant's."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the rows to choose from."""
        ordering = self.field_admin_ordering(field, request, model_admin)
        rows = choices_for(field, request)["queryset"].order_by(*ordering)
        return [(row.pk, str(row)) for row in rows]


class ScopedAdmin(admin.ModelAdmin):
    """What every admin class of ours is: rows, choices and rights follow from the actor."""

    view_permission: ClassVar[Permission]
    change_permission: ClassVar[Permission | None] = None
    show_full_result_count = False
    formfield_overrides = DATES
    list_per_page = 50
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows in the actor's sight."""
        found = self.model.objects.visible_to(request.actor)  # type: ignore[attr-defined]
        ordering = self.get_ordering(request)
        return found.order_by(*ordering) if ordering else found

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Follow the right to look."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the actor."""
        return request.actor.may(self.view_permission)  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the actor; without a right to change, the page only shows."""
        return self.change_permission is not None and request.actor.may(self.change_permission)  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Follow the right to change."""
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Delete nothing here: history refers to it."""
        return False

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Scope the filters over related rows."""
        return [self._scoped(item) for item in super().get_list_filter(request)]

    def _scoped(self, item: Any) -> Any:
        related = isinstance(item, str) and "__" not in item and self.opts.get_field(item).is_relation
        return (item, ScopedRelatedFilter) if related else item

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Leave out the vendor: it is the seat's."""
        return [*(super().get_exclude(request, obj) or []), "vendor"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows in the actor's sight."""
        return super().formfield_for_foreignkey(db_field, request, **{**choices_for(db_field, request), **kwargs})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save under the seat's vendor; undo what would be out of sight; record an event with before and after."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not change and hasattr(obj, "vendor_id"):
            obj.vendor_id = actor.vendor_id
        before = {name: form.initial.get(name) for name in form.changed_data} if change else {}
        super().save_model(request, obj, form, change)
        if not is_visible(obj, actor):
            raise Http404
        fields = list(form.changed_data)
        after = {name: value for name, value in model_to_dict(obj, fields).items() if not isinstance(value, list)}
        words = {"what": str(self.opts.verbose_name), "name": str(obj)}
        kind = CONSOLE_CHANGED if change else CONSOLE_ADDED
        record(kind, actor=actor, subject=obj, before=plain(before), after=plain(after), data=words)

    # Events are the one audit trail; Django's own log would be a second, unscoped one.
    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        """Write nothing."""
        return LogEntry()

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        """Write nothing."""
        return LogEntry()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Have no history page: the audit trail shows it."""
        raise Http404


class ScopedInline(admin.StackedInline):
    """Rows that belong to one row above, with the same rules. Stacked: the table has a heading without words."""

    formfield_overrides = DATES
    extra = 0
    change_permission: ClassVar[Permission]
    exclude = ("vendor",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows in the actor's sight."""
        return self.model.objects.visible_to(request.actor)  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Follow the page."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the actor."""
        return request.actor.may(self.change_permission)  # type: ignore[attr-defined]

    has_add_permission = has_delete_permission = has_change_permission

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows in the actor's sight."""
        return super().formfield_for_foreignkey(db_field, request, **{**choices_for(db_field, request), **kwargs})


def choices_for(db_field: models.ForeignKey[Any, Any], request: HttpRequest) -> dict[str, Any]:
    """Return the rows of a foreign key's model that the actor sees, as keyword of its form field."""
    related = db_field.remote_field.model
    return {"queryset": related.objects.visible_to(request.actor)}  # type: ignore[attr-defined]


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return values that fit into an event."""
    return {name: value if isinstance(value, str | int | bool | None) else str(value) for name, value in values.items()}
