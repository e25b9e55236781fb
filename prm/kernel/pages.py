"""The bases of server-rendered pages: a view with an actor, and the one list page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View

from prm.kernel.actors import Kind, Permission
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.spreadsheets import FORMATS, csv_pieces, xlsx_file

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import BaseForm
    from django_filters import FilterSet

    from prm.kernel.actors import Actor

PAGE_SIZE = 25
MOST_PAGES = 400
COUNT_UPTO = 1000
EXPORTED_AT_ONCE = 5_000


class ActorView(View):
    """A page for people with a seat: `kinds` says on whose side, `permission` what right it takes."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.PARTNER, Kind.VENDOR, Kind.OPERATOR, Kind.PERSON})
    permission: ClassVar[Permission | None] = None

    @property
    def actor(self) -> Actor:
        """Who asks."""
        actor: Actor = self.request.actor  # type: ignore[attr-defined]
        return actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send strangers to sign-in; refuse who is on the other side or lacks the right."""
        if self.actor.kind is Kind.ANONYMOUS:
            return _to_sign_in(request)
        self.refuse_others()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def refuse_others(self) -> None:
        """Refuse who is on the other side or lacks the right.

        Raises:
            Forbidden: so it is.
        """
        if self.actor.kind not in self.kinds:
            raise Forbidden("other_side", _("This page belongs to another seat than the one you act from."))
        if self.permission is not None and not self.actor.may(self.permission):
            raise Forbidden("not_allowed", _("Your role doesn't open this page."))

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say that the address takes a button's click only, as after a sign-in that led back to it."""
        response = render(request, "405.html", status=405)
        response["Allow"] = ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))
        return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a stranger to sign-in and back: to the page asked for, or to the one whose form was sent.

    htmx follows a redirect unseen and would put the sign-in page into a corner of the old one; its header makes the
    browser go there as a whole.
    """
    if getattr(request, "htmx", False):
        back = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": redirect_to_login(back).url})
    return redirect_to_login(page_behind(request))


def page_behind(request: HttpRequest) -> str:
    """Return the address of the page that a person sees: the one asked for, or the one whose form was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    sender = urlsplit(request.headers.get("Referer", ""))
    if sender.netloc != request.get_host() or not sender.path.startswith("/") or sender.path.startswith("//"):
        return "/"
    return sender.path + (f"?{sender.query}" if sender.query else "")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `count` is exact up to COUNT_UPTO, and COUNT_UPTO + 1 beyond."""

    rows: list[Any]
    number: int
    has_next: bool
    count: int

    @property
    def has_previous(self) -> bool:
        """Whether there is an earlier page."""
        return self.number > 1

    @property
    def previous_page_number(self) -> int:
        """The number of the page before."""
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        """The number of the page after."""
        return self.number + 1

    @property
    def counted(self) -> str:
        """The count as shown: "1,000+" where it isn't exact."""
        return f"{COUNT_UPTO:,}+" if self.count > COUNT_UPTO else f"{self.count:,}"

    @property
    def first(self) -> int:
        """The number of the first row shown."""
        return (self.number - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return (self.number - 1) * PAGE_SIZE + len(self.rows)


Column = tuple[Any, Callable[[Any], Any]]


class ListPage(ActorView):
    """A list: scoped query, filter, search, allow-listed order that ends in the key, capped pages, CSV export.

    State stays in the query string. htmx asks get the results only. Subclasses give `rows()`, which starts with
    `visible_to(actor)`.
    """

    template_name: ClassVar[str]
    results_template: ClassVar[str]
    filterset_class: ClassVar[type[FilterSet] | None] = None
    orders: ClassVar[dict[str, tuple[str, ...]]] = {}
    default_order: ClassVar[str]
    export_name: ClassVar[str] = "export"
    columns: ClassVar[tuple[Column, ...]] = ()

    def rows(self) -> QuerySet[Any]:
        """Return the rows in the actor's sight, with what the page shows of related rows."""
        raise NotImplementedError

    def told(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Add to an export's rows what the page reads apart, for the rows that it shows."""
        return found

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return what the page shows beside the list."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        """Show the page, its results alone for htmx, or the rows as a file."""
        filterset, found = self._found()
        if request.GET.get("export") in FORMATS and self.columns:
            return export_response(request, self.export_name, self.columns, self.told(self._ordered(found)))
        page = self._page(found)
        context = {"page": page, "filter": filterset, "order": self.order, "view": self, **self.further_context(page)}
        partial = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
        response = render(request, self.results_template if partial else self.template_name, context)
        response["Vary"] = "HX-Request, Cookie"
        return response

    def _found(self) -> tuple[FilterSet | None, QuerySet[Any]]:
        if self.filterset_class is None:
            return None, self.rows()
        filterset = self.filterset_class(self.request.GET, queryset=self.rows(), request=self.request)
        return filterset, filterset.qs

    def exported(self) -> tuple[tuple[Column, ...], QuerySet[Any]]:
        """Return what an export holds: the columns, and the rows that filter and order of the query string give.

        Raises:
            Forbidden: the actor may not open this page.
        """
        self.refuse_others()
        return self.columns, self.told(self._ordered(self._found()[1]))

    @property
    def order(self) -> str:
        """The order asked for, when it is on the list; else the default."""
        asked = self.request.GET.get("order", "")
        return asked if asked.lstrip("-") in self.orders else self.default_order

    def _ordered(self, found: QuerySet[Any]) -> QuerySet[Any]:
        descending = self.order.startswith("-")
        fields = (*self.orders[self.order.lstrip("-")], "pk")
        return found.order_by(*(f"-{name}" if descending else name for name in fields))

    def _page(self, found: QuerySet[Any]) -> Page:
        asked = self.request.GET.get("page", "1")
        number = min(max(int(asked), 1), MOST_PAGES) if asked.isascii() and asked.isdigit() else 1
        start = (number - 1) * PAGE_SIZE
        rows = list(self._ordered(found)[start : start + PAGE_SIZE + 1])
        complete = len(rows) <= PAGE_SIZE and (rows or number == 1)
        count = start + len(rows) if complete else found.order_by()[: COUNT_UPTO + 1].count()
        return Page(rows[:PAGE_SIZE], number, len(rows) > PAGE_SIZE and number < MOST_PAGES, count)


def export_response(
    request: HttpRequest, name: str, columns: tuple[Column, ...], found: QuerySet[Any], wanted: str = ""
) -> HttpResponse | StreamingHttpResponse:
    """Return rows as a file, today's date in its name; beyond EXPORTED_AT_ONCE rows the page that offers a job for it.

    `wanted` is one of FORMATS, else what the query string asks for.
    """
    wanted = wanted or request.GET.get("export", "")
    if found.order_by()[: EXPORTED_AT_ONCE + 1].count() > EXPORTED_AT_ONCE:
        query = request.GET.copy()
        query.pop("export", None)
        context = {"path": request.path, "query": query.urlencode(), "name": name, "most": EXPORTED_AT_ONCE}
        return render(request, "public/export.html", {**context, "wanted": wanted})
    head, lines = [str(label) for label, _value in columns], cells_of(columns, found)
    pieces = xlsx_file(head, lines) if wanted == "xlsx" else csv_pieces(head, lines)
    response = StreamingHttpResponse(pieces, content_type=FORMATS.get(wanted, FORMATS["csv"]))
    file = f"{name}-{timezone.localdate():%Y-%m-%d}.{wanted if wanted in FORMATS else 'csv'}"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def cells_of(columns: tuple[Column, ...], found: QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield each row's cells, reading 2,000 rows at a time."""
    for row in found.iterator(chunk_size=2000):
        yield [value(row) for _label, value in columns]


def show_violation(form: BaseForm, violation: RuleViolation) -> None:
    """Put a service's refusal on the form: at its field where the form has it, else on the whole."""
    form.add_error(violation.field if violation.field in form.fields else None, str(violation.message))
