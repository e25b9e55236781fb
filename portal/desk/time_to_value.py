"""Time to value: how many get from the application to the first won deal, how long it takes, where they wait."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onboarding.permissions import VIEW_RECRUITING
from onboarding.reports import LABELS, SPANS, Asked, Milestone, Spread, Summary, Wait, Way, summaries, waits, ways
from partners.enums import PartnerType
from partners.models import Program, Vendor
from portal.charts import Figure, funnel
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import PAGE_SIZE, ActorView
from prm.kernel.spreadsheets import FORMATS, csv_pieces, xlsx_file
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from collections.abc import Iterable

SPAN_LABELS = {
    "approved": gettext_lazy("Application to approval"),
    "onboarded": gettext_lazy("Approval to onboarded"),
    "registered": gettext_lazy("Onboarded to first deal registered"),
    "won": gettext_lazy("First registered to first won"),
    "all": gettext_lazy("Beginning to first won deal"),
}
BY = {
    "program": gettext_lazy("Program"),
    "type": gettext_lazy("Kind"),
    "cohort": gettext_lazy("Cohort"),
}
COHORT = re.compile(r"\d{4}-Q[1-4]")


class AskedForm(forms.Form):
    """What the report is about."""

    use_required_attribute = False

    program = forms.ChoiceField(label=gettext_lazy("Program"), required=False, widget=PlainSelect)
    type = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("Any")), *PartnerType.choices],
        widget=PlainSelect,
    )
    cohort = forms.ChoiceField(label=gettext_lazy("Began in"), required=False, widget=PlainSelect)

    def __init__(self, *args: Any, programs: Iterable[Program], cohorts: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields
        choose["program"].choices = [("", _("Any")), *((str(each.pk), each.name) for each in programs)]
        choose["cohort"].choices = [("", _("Any quarter")), *((each, cohort_words(each)) for each in cohorts)]


def cohort_words(cohort: str) -> str:
    """Return a quarter as people write it: "Q3 2026"."""
    year, _dash, quarter = cohort.partition("-")
    return f"{quarter} {year}"


def days_words(days: float | None) -> str:
    """Return a number of days, with one decimal below ten."""
    if days is None:
        return "–"
    return f"{days:.0f}" if days >= 10 or days == int(days) else f"{days:.1f}"


@dataclass(frozen=True, slots=True)
class Span:
    """Days between two milestones in words, and where those are listed whom they count."""

    label: str
    median: str
    middle: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a program, kind or cohort, or all. counts: (how many, where they are listed)."""

    label: str
    counts: list[tuple[int, str]]
    spans: list[Span]
    is_whole: bool = False


class ReportBase(ActorView):
    """A page of the report."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_RECRUITING

    @cached_property
    def vendor(self) -> Vendor:
        """Whose partners they are."""
        vendor: Vendor = Vendor.objects.visible_to(self.actor).get()
        return vendor

    @cached_property
    def programs(self) -> dict[int, Program]:
        """The vendor's programs by id. One query."""
        return {each.pk: each for each in Program.objects.visible_to(self.actor).order_by("name", "pk")}

    @cached_property
    def asked(self) -> Asked:
        """What the query string asks for; what isn't there is everything."""
        program, kind, cohort = (self.request.GET.get(name, "") for name in ("program", "type", "cohort"))
        known = int(program) if program.isascii() and program.isdigit() and len(program) < 12 else 0
        if program and known not in self.programs:
            raise Http404
        return Asked(
            known or None,
            kind if kind in PartnerType.values else "",
            cohort if COHORT.fullmatch(cohort) else "",
        )

    def url_of(self, milestone: Milestone, span: str = "", **narrowed: str) -> str:
        """Return where those are listed who reached a milestone."""
        plain = {"program": str(self.asked.program or ""), "type": self.asked.type, "cohort": self.asked.cohort}
        query = {**plain, **narrowed, "milestone": str(milestone), "span": span}
        given = {name: value for name, value in query.items() if value}
        return f"{reverse('desk:time-to-value-partners')}?{urlencode(given)}"

    def spans_of(self, summary: Summary, **narrowed: str) -> list[Span]:
        """Return a summary's spans in words."""
        return [
            Span(
                str(SPAN_LABELS[name]),
                days_words(spread.median),
                _middle(spread),
                spread.count,
                self.url_of(SPANS[name][1], name, **narrowed),
            )
            for name, spread in summary.spans.items()
        ]


def _middle(spread: Spread) -> str:
    """Return the middle half of a spread: "12–40"."""
    return f"{days_words(spread.low)}–{days_words(spread.high)}" if spread.count > 1 else ""


def funnel_figure(summary: Summary) -> Figure:
    """Return the funnel as a chart."""
    steps = [(str(LABELS[each]), summary.reached[each]) for each in Milestone]
    return Figure(
        plot=funnel(steps),
        title=_("From application to first won deal"),
        caption=_("Partners who reached each milestone or a later one"),
        description=", ".join(f"{label}: {count}" for label, count in steps),
        head=(_("Milestone"), _("Partners")),
        rows=[(label, str(count)) for label, count in steps],
    )


class TimeToValue(ReportBase):
    """The report."""

    def get(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Show it; or its table as a file."""
        by = request.GET.get("by", "program")
        by = by if by in BY else "program"
        rows = [self._row(each, by) for each in summaries(self.vendor, self.asked, by)]
        if by == "cohort":
            rows.reverse()
        if request.GET.get("export") in FORMATS:
            return self._file(by, rows)
        whole = next(iter(summaries(self.vendor, self.asked)), None)
        cohorts = sorted({each.key for each in summaries(self.vendor, Asked(), "cohort")}, reverse=True)
        form = AskedForm(
            {name: request.GET.get(name, "") for name in ("program", "type", "cohort")},
            programs=self.programs.values(),
            cohorts=cohorts,
        )
        context = {
            "form": form,
            "figure": funnel_figure(whole) if whole else None,
            "counts": [(LABELS[each], whole.reached[each], self.url_of(each)) for each in Milestone] if whole else [],
            "spans": self.spans_of(whole) if whole else [],
            "by": BY[by],
            "chips": self._chips(by),
            "heads": [LABELS[each] for each in Milestone],
            "rows": [*rows, self._whole(whole)] if whole and len(rows) > 1 else rows,
            "waits": [
                (each, self.programs[each.program].name, days_words(each.median), self._step_url(each))
                for each in waits(self.vendor, self.asked, timezone.now())
                if each.program in self.programs
            ],
            "several": len(self.programs) > 1,
            "filtered": any(request.GET.get(name) for name in ("program", "type", "cohort")),
        }
        return render(request, "desk/time_to_value.html", context)

    def _row(self, summary: Summary, by: str) -> Row:
        narrowed = {by: summary.key}
        counts = [(summary.reached[each], self.url_of(each, **narrowed)) for each in Milestone]
        return Row(self._label(by, summary.key), counts, self.spans_of(summary, **narrowed))

    def _whole(self, summary: Summary) -> Row:
        counts = [(summary.reached[each], self.url_of(each)) for each in Milestone]
        return Row(_("All"), counts, self.spans_of(summary), is_whole=True)

    @staticmethod
    def _step_url(wait: Wait) -> str:
        query = urlencode({"program": wait.program, "kind": wait.kind, "step": wait.name})
        return f"{reverse('desk:time-to-value-step')}?{query}"

    def _label(self, by: str, key: str) -> str:
        if by == "program":
            found = self.programs.get(int(key))
            return found.name if found else key
        if by == "type":
            return str(PartnerType(key).label) if key in PartnerType.values else _("Not stated")
        return cohort_words(key)

    def _chips(self, by: str) -> list[dict[str, Any]]:
        query = self.request.GET.copy()
        query.pop("export", None)
        found = []
        for name, label in BY.items():
            query["by"] = name
            found.append({"label": label, "url": f"?{query.urlencode()}", "current": name == by})
        return found

    def _file(self, by: str, rows: list[Row]) -> HttpResponse | StreamingHttpResponse:
        head = [str(BY[by]), *(str(LABELS[each]) for each in Milestone)]
        for label in SPAN_LABELS.values():
            head += [
                _("%(span)s, median days") % {"span": label},
                _("%(span)s, middle half") % {"span": label},
                _("%(span)s, partners") % {"span": label},
            ]
        lines = [
            [
                row.label,
                *(count for count, _url in row.counts),
                *(cell for span in row.spans for cell in (span.median, span.middle, span.count)),
            ]
            for row in rows
        ]
        return file_response(self.request, "time-to-value", head, lines)


def file_response(
    request: HttpRequest, name: str, head: list[str], lines: Iterable[list[Any]]
) -> HttpResponse | StreamingHttpResponse:
    """Return lines as the file that the query string asks for."""
    wanted = request.GET["export"]
    pieces = xlsx_file(head, lines) if wanted == "xlsx" else csv_pieces(head, lines)
    response = StreamingHttpResponse(pieces, content_type=FORMATS[wanted])
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.{wanted}"'
    return response


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of the list is shown, as `components/pagination.html` asks."""

    number: int
    has_next: bool

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


class TimeToValuePartners(ReportBase):
    """The partners behind a number, longest first, each with its days."""

    def get(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """List them."""
        milestone, span = self._wanted()
        found = list(ways(self.vendor, self.asked, milestone, span))
        if request.GET.get("export") in FORMATS:
            return self._file(found)
        asked = request.GET.get("page", "1")
        number = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        start = (number - 1) * PAGE_SIZE
        title = SPAN_LABELS[span] if span else LABELS[milestone]
        context = {
            "title": title,
            "rows": [(each, self._dates(each), self._days(each)) for each in found[start : start + PAGE_SIZE]],
            "heads": [LABELS[each] for each in Milestone],
            "spans": list(SPAN_LABELS.values()),
            "count_words": ngettext("%(count)d partner", "%(count)d partners", len(found)) % {"count": len(found)},
            "narrowed": self._narrowed(),
            "page": Pages(number, len(found) > start + PAGE_SIZE),
            "crumbs": [{"label": _("Time to value"), "url": reverse("desk:time-to-value")}],
        }
        return render(request, "desk/time_to_value_partners.html", context)

    def _wanted(self) -> tuple[Milestone, str]:
        milestone, span = self.request.GET.get("milestone", "applied"), self.request.GET.get("span", "")
        if milestone not in list(Milestone) or (span and span not in SPANS):
            raise RuleViolation("unknown", _("There is no such figure. Choose one from the report."))
        return Milestone(milestone), span

    def _narrowed(self) -> list[str]:
        found = [self.programs[self.asked.program].name] if self.asked.program else []
        found += [str(PartnerType(self.asked.type).label)] if self.asked.type else []
        return [*found, *([cohort_words(self.asked.cohort)] if self.asked.cohort else [])]

    @staticmethod
    def _dates(way: Way) -> list[tuple[Any, Any]]:
        return [(LABELS[each], way.dates[each]) for each in Milestone]

    @staticmethod
    def _days(way: Way) -> list[tuple[Any, int | None]]:
        return [(SPAN_LABELS[name], way.days[name]) for name in SPANS]

    def _file(self, found: list[Way]) -> HttpResponse | StreamingHttpResponse:
        head = [_("Partner"), _("Kind"), _("Program"), _("Cohort"), *(str(each) for each in LABELS.values())]
        head += [str(each) for each in SPAN_LABELS.values()]
        lines = [
            [
                way.name,
                str(PartnerType(way.type).label) if way.type in PartnerType.values else "",
                self.programs[way.program].name if way.program in self.programs else "",
                way.cohort,
                *(day.isoformat() if (day := way.dates[each]) else "" for each in Milestone),
                *(way.days[name] for name in SPANS),
            ]
            for way in found
        ]
        return file_response(self.request, "time-to-value-partners", head, lines)
