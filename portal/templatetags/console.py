"""What the console's templates show of Django's admin: a list's heads, facets and cells; a form's facts and lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import flatten_fieldsets, label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.forms import ModelChoiceField
from django.urls import reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.changes import worded
from portal.fields import Problem, problems_of, problems_of_formset
from portal.statuses import LOOKS
from portal.templatetags.look import badge, day, icon, when

register = template.Library()
NUMBERS = (models.DecimalField, models.IntegerField, models.FloatField)
DASH = "–"


# -- Lists


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key, its name for screen readers, and its cells, ready."""

    pk: Any
    name: str
    cells: list[SafeString]


@dataclass(frozen=True, slots=True)
class Table:
    """A list as its template needs it. `kept`: parameters that a search keeps; `none`: what an empty list is called."""

    heads: list[dict[str, Any]]
    rows: list[Row]
    facets: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    kept: list[tuple[str, str]]
    words: str
    none: str
    add_words: str


@register.simple_tag
def console_table(cl: Any) -> Table:
    """Return Django's change list as a table."""
    names = [name for name in cl.list_display if name != "action_checkbox"]
    heads = _heads(cl)
    rows = [_row(cl, names, heads, row) for row in cl.result_list]
    facets = [
        {"title": capfirst(spec.title), "current": spec.current, "choices": list(spec.choices(cl))}
        for spec in cl.filter_specs
    ]
    one, many = cl.opts.verbose_name, cl.opts.verbose_name_plural
    words = ngettext("%(count)s %(one)s", "%(count)s %(many)s", cl.result_count)
    return Table(
        heads=heads,
        rows=rows,
        facets=[facet for facet in facets if len(facet["choices"]) > 2 or facet["current"]],
        actions=_actions(cl) if rows else [],
        kept=[(name, value) for name, value in cl.params.items() if name not in {"q", "p"}],
        words=words % {"count": cl.counted, "one": one, "many": many},
        none=_("No %(many)s yet") % {"many": many},
        add_words=_("Add %(one)s") % {"one": one},
    )


def _heads(cl: Any) -> list[dict[str, Any]]:
    found = []
    for name, head in zip(cl.list_display, result_headers(cl), strict=True):
        if name == "action_checkbox":
            continue
        sortable = head.get("sortable", False)
        found.append(
            {
                "text": capfirst(str(head["text"])),
                "number": isinstance(_model_field(cl.model, name), NUMBERS) and not _is_choice(cl.model, name),
                "sortable": sortable,
                "sorted": sortable and head["sorted"],
                "ascending": sortable and head["ascending"],
                "url": head.get("url_primary", ""),
            }
        )
    return found


def _row(cl: Any, names: list[Any], heads: list[dict[str, Any]], row: Any) -> Row:
    cells, called = [], ""
    for place, (name, head) in enumerate(zip(names, heads, strict=True)):
        value = shown(name, row, cl.model_admin)
        if place == 0:
            called = strip_tags(str(value))
            cells.append(format_html('<th scope="row"><a href="{}">{}</a></th>', cl.url_for_result(row), value))
        else:
            extra = ' class="num"' if head["number"] else ""
            cells.append(format_html('<td{} data-label="{}">{}</td>', SafeString(extra), head["text"], value))
    return Row(row.pk, called, cells)


def _actions(cl: Any) -> list[dict[str, Any]]:
    offered = cl.model_admin.get_actions(cl.request)
    return [
        {"name": "action", "value": name, "label": description, "icon": getattr(function, "icon", "")}
        for name, (function, _name, description) in offered.items()
    ]


def _model_field(model: Any, name: Any) -> Any:
    return next((each for each in model._meta.concrete_fields if each.name == name), None)


def _is_choice(model: Any, name: Any) -> bool:
    found = _model_field(model, name)
    return bool(found is not None and found.flatchoices)


# -- One value


def shown(name: Any, row: Any, model_admin: Any) -> Any:
    """Return a field's or a method's value as a person reads it: a status as its badge, a day as a day."""
    try:
        found, attribute, value = lookup_field(name, row, model_admin)
    except ObjectDoesNotExist:
        return DASH
    if found is None:
        return _yes_no(value) if getattr(attribute, "boolean", False) else _told(value)
    return _of_field(found, value, row)


def _of_field(found: Any, value: Any, row: Any) -> Any:
    looks: Any = LOOKS.get((row._meta.label_lower, found.name), {})
    if isinstance(value, str) and value in looks:
        tone, icon_name = looks[value]
        return badge(worded(type(row), found.name, value), tone, icon_name)
    if isinstance(found, models.BooleanField):
        return _yes_no(value)
    if found.flatchoices and value not in {None, ""}:
        return worded(type(row), found.name, getattr(value, "code", value))
    if isinstance(found, models.JSONField):
        return _listed(value)
    return _told(value)


def _yes_no(value: Any) -> SafeString:
    if value is None:
        return SafeString(DASH)
    return badge(_("Yes"), "good", "ok") if value else badge(_("No"), "", "x")


def _told(value: Any) -> Any:
    if value is None or value == "":
        return DASH
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    return value


def _listed(value: Any) -> Any:
    if not value:
        return DASH
    parts = (
        [f"{key} {text}" for key, text in value.items()] if isinstance(value, dict) else [str(part) for part in value]
    )
    lines = format_html_join("", "<li>{}</li>", ((part,) for part in parts))
    return format_html('<ul class="stack tight">{}</ul>', lines)


# -- Forms


@dataclass(frozen=True, slots=True)
class Part:
    """A field of the form; `add_url` leads to a new row of what it chooses from."""

    bound: Any
    hidden: bool
    add_url: str = ""
    add_words: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One of the rows that belong to the record."""

    form: Any
    title: str
    hidden: list[Any]
    fields: list[Any]
    remove: Any
    facts: list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of one kind that belong to the record."""

    title: str
    name: str
    formset: Any
    editable: bool
    heads: list[str]
    rows: list[LineRow]
    empty: LineRow | None


@dataclass(frozen=True, slots=True)
class Page:
    """A record's page: what only shows, what can be changed, the rows that belong to it, and what is wrong."""

    crumbs: list[dict[str, str]]
    facts: list[tuple[str, Any]]
    fields: list[Part]
    lines: list[Lines]
    problems: list[Problem] = field(default_factory=list)

    @property
    def editable(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.fields) or any(lines.editable for lines in self.lines)


@register.simple_tag(takes_context=True)
def console_form(context: template.Context, adminform: Any, inlines: list[Any]) -> Page:
    """Return Django's admin form as a page of ours."""
    model_admin, form, request = adminform.model_admin, adminform.form, context["request"]
    row = form.instance
    names = flatten_fieldsets(adminform.fieldsets)
    read_only = set(adminform.readonly_fields)
    facts = [
        (_label(name, type(row), model_admin), shown(name, row, model_admin))
        for name in names
        if name in read_only and (row.pk or _model_field(type(row), name) is None)
    ]
    opts = model_admin.opts
    crumbs = [
        {
            "label": capfirst(opts.verbose_name_plural),
            "url": reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
        },
        {"label": str(context["original"] or _("New"))},
    ]
    lines = [_lines(inline) for inline in inlines]
    problems = problems_of(form) if form.is_bound else []
    for part in lines:
        problems += problems_of_formset(part.formset) if part.formset.is_bound else []
    fields = [_part(form[name], model_admin, request) for name in names if name not in read_only]
    return Page(crumbs, facts if row.pk else [], fields, lines, problems)


def _label(name: Any, model: Any, model_admin: Any) -> str:
    return capfirst(str(label_for_field(name, model, model_admin)))


def _part(bound: Any, model_admin: Any, request: Any) -> Part:
    if isinstance(bound.field, ModelChoiceField) and not bound.is_hidden:
        model: Any = bound.field.queryset.model  # type: ignore[union-attr]
        try:
            related = model_admin.admin_site.get_model_admin(model)
        except NotRegistered:
            related = None
        if related is not None and related.has_add_permission(request):
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
            words = _("Add %(one)s") % {"one": model._meta.verbose_name}
            return Part(bound, hidden=False, add_url=f"{address}?{IS_POPUP_VAR}=1", add_words=words)
    return Part(bound, hidden=bound.is_hidden)


def _lines(inline: Any) -> Lines:
    formset, opts = inline.formset, inline.opts
    editable = inline.has_change_permission or inline.has_add_permission
    name = str(opts.opts.verbose_name)
    names = list(flatten_fieldsets(inline.fieldsets))
    rows = [
        _line(form, names, f"{capfirst(name)} {number}", opts, editable=editable)
        for number, form in enumerate(formset.forms, 1)
        if editable or form.instance.pk
    ]
    empty = _line(formset.empty_form, names, capfirst(name), opts, editable=True) if inline.has_add_permission else None
    heads = [_label(each, opts.model, opts) for each in names]
    return Lines(capfirst(opts.opts.verbose_name_plural), name, formset, editable, heads, rows, empty)


def _line(form: Any, names: list[str], title: str, opts: Any, *, editable: bool) -> LineRow:
    if not editable:
        facts = [(_label(name, opts.model, opts), shown(name, form.instance, opts)) for name in names]
        return LineRow(form, title, [], [], None, facts)
    fields = [form[name] for name in names if name in form.fields and not form[name].is_hidden]
    hidden = list(form.hidden_fields())
    return LineRow(form, title, hidden, fields, form["DELETE"] if "DELETE" in form.fields else None, [])


@register.filter
def worded_change(change: Any) -> SafeString:
    """Return a change in one line: label, before, an arrow, after."""
    return format_html("{}: {} {} {}", change.label, change.before, icon("right"), change.after)
