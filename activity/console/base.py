"""What every admin class is built on: rows, choices and rights follow from the actor, and a service writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.forms import (
    CheckboxInput,
    DateInput,
    Media,
    ModelChoiceField,
    NumberInput,
    Select,
    Textarea,
    TextInput,
    URLInput,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from activity.console.facets import Facet
from activity.console.forms import ScopedForm, form_for
from activity.console.lists import CappedPaginator, ScopedList, columns_of
from activity.models import Event
from activity.services import remove_row, write_row
from prm.kernel.actors import Permission
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.pages import PAGE_SIZE, Column, export_response
from prm.kernel.spreadsheets import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Model, QuerySet

    from prm.kernel.actors import Actor

RECENT = 8
LONG_LIST = 12

# Plain controls, as on every other page. Amounts are text: a browser throws away what it can't read of a number.
CONTROLS: dict[Any, Any] = {
    models.DateField: {"widget": DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
    models.DecimalField: {"widget": TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})},
    models.IntegerField: {"widget": NumberInput()},
    models.CharField: {"widget": TextInput()},
    models.TextField: {"widget": Textarea(attrs={"rows": 4})},
    models.URLField: {"widget": URLInput()},
    models.BooleanField: {"widget": CheckboxInput()},
}


class Writer(Protocol):
    """A service that writes one row of the console: `activity.services.write_row`, or one with rules of its own."""

    def __call__(
        self, *, actor: Actor, row: Any, permission: Permission, fields: Sequence[str], seen: Mapping[str, str]
    ) -> Any: ...


class ScopedAdmin(admin.ModelAdmin):
    """Names the permissions to look and to change, and the service that writes (`service`).

    State and amounts stay read-only: they change by their own services, from buttons. Nothing is deleted here, and
    Django's own log is not written: events are the one audit trail.
    """

    view_permission: ClassVar[Permission]
    change_permission: ClassVar[Permission | None] = None
    service: ClassVar[Writer] = staticmethod(write_row)
    icon: ClassVar[str] = "file"
    intro: ClassVar[Any] = ""
    empty: ClassVar[Any] = ""
    form = ScopedForm
    formfield_overrides = CONTROLS
    paginator: ClassVar[Any] = CappedPaginator
    list_per_page = PAGE_SIZE
    list_max_show_all = 0
    show_full_result_count = False
    actions: Any = ()
    view_on_site = False
    prepopulated_fields: ClassVar[Any] = {}
    prefilled: ClassVar[dict[str, tuple[str, ...]]] = {}

    @property
    def media(self) -> Media:
        """Load none of Django's scripts and styles: they write inline styles, which the strict policy refuses."""
        return Media()

    # -- Rows and rights

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

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Leave out the vendor: it is the seat's."""
        return [*(super().get_exclude(request, obj) or []), "vendor"]

    # -- Lists

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ScopedList]:
        """Return the list that counts no more than it can show."""
        return ScopedList

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Make every filter a facet: scoped, counted, of bounded cost."""
        return [(item, Facet) if isinstance(item, str) else item for item in super().get_list_filter(request)]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Allow what the facets ask, and nothing else.

        Django's own rule follows any relation by one step: a list of partners filtered by `enrollments__gt` would tell
        that a partner works with others too, one of seats by `person__password__startswith` a hash, letter by letter.
        """
        filters: Sequence[Any] = self.list_filter
        paths = (item if isinstance(item, str) else item[0] for item in filters)
        return lookup in {name for path in paths for name in (f"{path}__exact", f"{path}__id__exact")}

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Name rows by their key alone."""
        return to_field == self.opts.pk.name

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the list, or give its rows as a file."""
        asked = request.GET.copy()
        wanted = asked.pop("export", [""])[-1]
        if wanted not in FORMATS or request.method != "GET":
            return in_parts(request, super().changelist_view(request, extra_context))
        request.GET = asked  # type: ignore[assignment]
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        columns, found = self.exported(request)
        return export_response(request, str(self.opts.model_name), columns, found, wanted)

    def exported(self, request: HttpRequest) -> tuple[tuple[Column, ...], QuerySet[Any]]:
        """Return what an export holds: the list's columns, and the rows that search, facets and order give.

        Raises:
            Forbidden: the actor may not use the console, or not see these rows.
        """
        if not self.admin_site.has_permission(request) or not self.has_view_permission(request):
            raise Forbidden("not_allowed", _("Your role doesn't open this page."))
        asked = request.GET.copy()
        asked.pop("export", None)
        request.GET = asked  # type: ignore[assignment]
        found = self.get_changelist_instance(request).get_queryset(request)
        return columns_of(self, self.get_list_display(request)), found

    # -- Forms

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Return the form, with actor and refusal."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        return form_for(form, request, prefilled=self.prefilled)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Keep the plain control: a link to add a related row is the page's, not the control's."""
        return unwrapped(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows in the actor's sight."""
        return super().formfield_for_foreignkey(db_field, request, **{**choices_for(db_field, request), **kwargs})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form; save it. What a service refuses comes back on the form with all that was typed, 422 or 409."""
        try:
            response = super().changeform_view(request, object_id, form_url, extra_context)
        except RuleViolation as refusal:
            if refusal.status not in {409, 422}:
                raise
            request.refusal = refusal  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and isinstance(response, TemplateResponse) and response.status_code == 200:
            self._mark_refused(request, response)
        return response

    def _mark_refused(self, request: HttpRequest, response: TemplateResponse) -> None:
        if "adminform" in (response.context_data or {}):
            refusal = getattr(request, "refusal", None)
            response.status_code = refusal.status if refusal else 422
            response.context_data["refusal"] = refusal  # type: ignore[index]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        """Show what happened to the record beside it."""
        if obj is not None and obj.pk:
            happened = Event.objects.visible_to(request.actor).about(obj).select_related("person")  # type: ignore[attr-defined]
            context["happened"] = list(happened[:RECENT])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Have the service write the row."""
        assert self.change_permission is not None  # noqa: S101  (who lacks it was refused before)
        saved = self.service(
            actor=request.actor,  # type: ignore[attr-defined]
            row=obj,
            permission=self.change_permission,
            fields=[name for name in form.fields if name in form.changed_data or not change],
            seen=form.seen,
        )
        obj.pk = saved.pk

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Have the service write the rows that belong to it: those removed first, so that their places are free."""
        inline = next(each for each in self.get_inline_instances(request, form.instance) if each.model is formset.model)
        write: dict[str, Any] = {"actor": request.actor, "permission": inline.change_permission}  # type: ignore[attr-defined]
        formset.save(commit=False)
        for row in formset.deleted_objects:
            remove_row(row=row, **write)
        for part in formset.forms:
            if part.has_changed() and part not in formset.deleted_forms:
                # The parent has its number by now, also where it is new.
                setattr(part.instance, formset.fk.name, formset.instance)
                adding = part.instance._state.adding
                names = [name for name in part.own_fields() if adding or name in part.changed_data]
                write_row(row=part.instance, fields=names, seen=part.seen, **write)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Never get here: nobody has the right."""
        raise Http404

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Never get here: nobody has the right."""
        raise Http404

    # -- What Django's admin would do besides

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        """Write nothing."""
        return LogEntry()

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        """Write nothing."""
        return LogEntry()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Have no history page: the audit trail shows it."""
        raise Http404

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404


class ScopedInline(admin.StackedInline):
    """Rows that belong to one row above, with the same rules. One empty row waits for who has no JavaScript."""

    form = ScopedForm
    formfield_overrides = CONTROLS
    extra = 1
    change_permission: ClassVar[Permission]
    exclude = ("vendor",)

    @property
    def media(self) -> Media:
        """Load nothing of Django's."""
        return Media()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows in the actor's sight."""
        found = self.model.objects.visible_to(request.actor)  # type: ignore[attr-defined]
        return found.order_by(*(self.get_ordering(request) or ("pk",)))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Follow the page."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the actor."""
        return request.actor.may(self.change_permission)  # type: ignore[attr-defined]

    has_add_permission = has_delete_permission = has_change_permission

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        """Return the formset, its forms with the actor."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form = form_for(formset.form, request, main=False)
        return formset

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Keep the plain control."""
        return unwrapped(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows in the actor's sight."""
        return super().formfield_for_foreignkey(db_field, request, **{**choices_for(db_field, request), **kwargs})


def in_parts(request: HttpRequest, response: Any) -> Any:
    """Give htmx the rows and facets alone: a whole page would bring its head's style with it, with another nonce."""
    if isinstance(response, TemplateResponse):
        if getattr(request, "htmx", False):
            response.template_name = "admin/list_parts.html"
        patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def unwrapped(field: Any) -> Any:
    """Return a form field with a plain control; a long list of choices is one that filters as one types."""
    if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
    if field is not None and isinstance(field.widget, Select) and _is_long(field):
        field.widget.attrs["data-combobox"] = ""
    return field


def _is_long(field: Any) -> bool:
    """Whether a list of fixed choices is too long to look through; one of rows filters as one types in any case."""
    return isinstance(field, ModelChoiceField) or len(list(field.choices)) > LONG_LIST


def choices_for(db_field: models.ForeignKey[Any, Any], request: HttpRequest) -> dict[str, Any]:
    """Return the rows of a foreign key's model that the actor sees, as keyword of its form field."""
    related = db_field.remote_field.model
    return {"queryset": related.objects.visible_to(request.actor), "empty_label": _("Choose")}  # type: ignore[attr-defined]
