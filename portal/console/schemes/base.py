"""What the pages about schemes share: finding a version, telling it, and writing a changed draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.console.schemes.vocabulary import vocabulary, with_countries
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict
from prm.kernel.pages import ActorView
from standing.enums import SchemeState
from standing.models import Scheme
from standing.permissions import EDIT_SCHEMES
from standing.scheme import check, parse
from standing.scheme.editing import NoSuchPlace, part_at
from standing.scheme.faults import Fault, SchemeRefused
from standing.services import change_scheme
from standing.telling import Teller

if TYPE_CHECKING:
    from django.forms import Form

    from standing.scheme import Definition

Definitions = Callable[[dict[str, Any]], dict[str, Any]]


class SchemeBase(ActorView):
    """A page about schemes."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_SCHEMES

    def find(self, pk: int) -> Scheme:
        """Return the version that the address names, or 404."""
        found = Scheme.objects.visible_to(self.actor).select_related("program__vendor", "vendor")
        scheme: Scheme = get_object_or_404(found, pk=pk)
        return scheme

    def draft(self, pk: int) -> Scheme:
        """Return a draft, or 404.

        Raises:
            Conflict: it isn't one any more.
        """
        scheme = self.find(pk)
        if scheme.state != SchemeState.DRAFT:
            raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=scheme)
        return scheme

    def labels(self) -> dict[str, Any]:
        """Return what the vendor calls values of tags, and countries."""
        return with_countries(vocabulary(self.actor))

    def teller(self, scheme: Scheme) -> Teller | None:
        """Return who tells it; None where it can't even be read."""
        shape = shape_of(scheme)
        return None if shape is None else Teller(shape, scheme.program.vendor.currency, self.labels())

    def crumbs(self, scheme: Scheme, *further: str) -> list[dict[str, str]]:
        """Return the way here."""
        found = [{"label": _("Tier schemes"), "url": reverse("console:schemes")}]
        url = reverse("console:scheme", args=[scheme.pk])
        return [*found, {"label": version_name(scheme), "url": url}, *({"label": each, "url": ""} for each in further)]


def version_name(scheme: Scheme) -> str:
    """Return a version's name with its number."""
    return _("%(name)s, version %(number)d") % {"name": scheme.name, "number": scheme.number}


def shape_of(scheme: Scheme) -> Definition | None:
    """Return a scheme as read, None where it can't be."""
    try:
        return scheme.shape
    except SchemeRefused:
        return None


def faults_of(definition: dict[str, Any]) -> tuple[Fault, ...]:
    """Return all that keeps a definition from working."""
    try:
        check(parse(definition))
    except SchemeRefused as refused:
        return refused.faults
    return ()


def state_of(scheme: Scheme, today: date, ends: date | None = None) -> tuple[str, str, str]:
    """Return a version's state in words, its tone and its icon. ends: the day on which the next one takes over."""
    if scheme.state == SchemeState.DISCARDED:
        return _("Discarded"), "", "trash"
    if scheme.state == SchemeState.DRAFT or scheme.valid_from is None:
        return _("Draft"), "info", "pen"
    if scheme.valid_from > today:
        return _("Published, not yet in force"), "info", "clock"
    if ends is not None and ends <= today:
        return _("Past"), "", "done"
    return _("In force"), "good", "ok"


def ends_of(scheme: Scheme, versions: Iterable[Scheme]) -> date | None:
    """Return the day on which the next published version of the ladder takes over."""
    later = [
        each.valid_from
        for each in versions
        if each.state == SchemeState.PUBLISHED and each.valid_from and scheme.valid_from
        and each.valid_from > scheme.valid_from
    ]  # fmt: skip
    return min(later, default=None)


def digest(part: Any) -> str:
    """Return a mark of what a form was opened on."""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def revision_in(request: HttpRequest) -> int:
    """Return the revision that a form was opened on; -1 for what isn't one."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def part_or_none(scheme: Scheme, place: str) -> Any:
    """Return what stands at a place, None for nothing."""
    try:
        return part_at(scheme.definition, place)
    except NoSuchPlace:
        return None


def put_faults(form: Form, faults: Iterable[Fault], place: str) -> None:
    """Put each fault at its field, those that belong to none on the whole form."""
    names = getattr(form, "fields_of", {})
    for fault in faults:
        inside = fault.place.removeprefix(place).strip(".")
        field = next((each for key in inside.split(".") if (each := names.get(key, key)) in form.fields), None)
        if field is None and inside.startswith("where."):
            field = next((each for each in form.fields if each == f"where_{inside.split('.')[1]}"), None)
        form.add_error(field, fault.message)


class EditBase(SchemeBase):
    """A page that changes a draft. Subclasses give `template_name` and, by `shown`, what else it shows."""

    template_name = "console/schemes/part.html"

    def keep(self, scheme: Scheme, form: Form, place: str, change: Definitions) -> HttpResponse:
        """Write a changed definition and go back to it; else the form again, with all that was typed."""
        try:
            change_scheme(
                actor=self.actor,
                scheme=scheme,
                definition=change(scheme.definition),
                revision=revision_in(self.request),
            )
        except SchemeRefused as refused:
            put_faults(form, refused.faults, place)
            return self.form_page(scheme, form, place, status=422, revision=revision_in(self.request))
        except Conflict as conflict:
            return self.stale(scheme, form, place, conflict)
        return redirect(f"{reverse('console:scheme', args=[scheme.pk])}#{anchor(place)}")

    def stale(self, scheme: Scheme, form: Form, place: str, conflict: Conflict) -> HttpResponse:
        """Show what was typed with what happened; it may be saved again only if this very part is as it was."""
        if scheme.state != SchemeState.DRAFT:
            raise conflict
        same = digest(part_or_none(scheme, place)) == self.request.POST.get("seen")
        if same:
            words = _("Somebody changed another part of this draft meanwhile. Nothing here is lost: save it again.")
        else:
            words = _(
                "Somebody changed this very part meanwhile. What you typed is below; compare it, then open it anew."
            )
        form.add_error(None, words)
        revision = scheme.revision if same else revision_in(self.request)
        return self.form_page(scheme, form, place, status=409, revision=revision, stale=not same)

    def form_page(
        self, scheme: Scheme, form: Form, place: str, *, status: int = 200, revision: int | None = None, **more: Any
    ) -> HttpResponse:
        """Show the form."""
        seen = self.request.POST.get("seen") if status == 409 else digest(part_or_none(scheme, place))
        context = {
            "scheme": scheme,
            "form": form,
            "place": place,
            "revision": scheme.revision if revision is None else revision,
            "seen": seen,
            "back_url": f"{reverse('console:scheme', args=[scheme.pk])}#{anchor(place)}",
            **more,
        }
        context |= self.shown(scheme, form, place)
        return render(self.request, self.template_name, context, status=status)

    def shown(self, scheme: Scheme, form: Form, place: str) -> dict[str, Any]:
        """Return what else the page shows: title, crumbs and what the template asks for."""
        raise NotImplementedError


def anchor(place: str) -> str:
    """Return the part of the builder's page to which a place belongs."""
    return "-".join(place.split(".")[:2])
