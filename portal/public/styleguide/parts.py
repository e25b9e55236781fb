"""The parts that the style guide shows, in its order, each with the tags or templates to write."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its anchor, name, what to keep in mind, and how it is written in a template.

    `height` is the phone frame's, in pixels.
    """

    slug: str
    title: str | Promise
    note: str | Promise
    uses: tuple[str, ...]
    height: int = 420
    page: str = ""
    """The address's name of a sample that is a whole page."""

    @property
    def address(self) -> str:
        """Where the sample stands alone."""
        return reverse(self.page) if self.page else reverse("styleguide-part", args=[self.slug])

    @property
    def template(self) -> str:
        """The sample."""
        return f"styleguide/{self.slug}.html"


@dataclass(frozen=True, slots=True)
class Chapter:
    """Parts under one heading of the table of contents."""

    title: str | Promise
    parts: tuple[Part, ...]


CHAPTERS = (
    Chapter(
        _("Ground"),
        (
            Part("colour", _("Colour"), _("Paper, ink, one brand, four meanings."), ("var(--brand-fill)",), 900),
            Part("type", _("Type"), _("Six sizes, system fonts, figures in line."), ('class="t5"',), 340),
            Part("icons", _("Icons"), _("Beside words, never instead of them."), ('{% icon "deal" %}',), 760),
            Part(
                "buttons",
                _("Buttons"),
                _("One primary per page."),
                ('<button class="btn" data-kind="primary">', '<a class="btn" data-size="s" href="…">'),
                360,
            ),
        ),
    ),
    Chapter(
        _("Around the page"),
        (
            Part(
                "shell",
                _("Shell"),
                _("Menu, vendor switcher, search, “+ Register a deal”, bell, account."),
                (
                    '{% extends "shell.html" %}',
                    '{% extends "public.html" %}',
                    '{% include "components/shell/top.html" %}',
                    '{% include "components/shell/vendor.html" %}',
                    '{% include "components/shell/vendors_menu.html" %}',
                    '{% include "components/shell/account_menu.html" %}',
                    '{% include "components/shell/theme.html" %}',
                    '{% include "components/shell/bounces.html" %}',
                    '{% include "components/shell/view_as.html" %}',
                ),
                760,
                "styleguide-desk",
            ),
            Part(
                "head",
                _("Page head"),
                _("One h1 that says what the reader needs to know; one primary action."),
                (
                    '{% include "components/head.html" with title=… crumbs=… action_url=… action_label=… %}',
                    '{% include "components/crumbs.html" %}',
                    "{% reference deal.number %}",
                ),
                420,
            ),
            Part(
                "tabs",
                _("Tabs"),
                _("Pages of one thing."),
                ('{% include "components/tabs.html" with name=_("…") %}',),
                160,
            ),
            Part(
                "command-palette",
                _("Command palette"),
                _("Ctrl-K or ⌘K: go anywhere, find anything. Without JavaScript, the page /search/."),
                ('{% include "components/palette.html" %}', '{% include "components/palette_results.html" %}'),
                640,
            ),
            Part(
                "pagination",
                _("Pagination"),
                _("A page is 25 rows."),
                ('{% include "components/pagination.html" with target="#results" %}',),
                160,
            ),
        ),
    ),
    Chapter(
        _("Lists"),
        (
            Part(
                "filter",
                _("Filter bar"),
                _("Chips, the person's own views, fields; the state is in the address."),
                (
                    '{% include "components/filter.html" with form=filter.form filtered=filtered %}',
                    '{% include "components/chips.html" with name=_("Views") %}',
                    '{% include "components/saved_views.html" %}',
                ),
                560,
            ),
            Part(
                "table",
                _("Table"),
                _("Head stays in sight, columns sort, rows can be selected; cards where it gets narrow."),
                (
                    '<table class="tbl tbl--cards">',
                    '{% sortable "amount" _("Value") "num" %}',
                    '{% include "components/bulk.html" with actions=actions %}',
                ),
                1600,
            ),
            Part("rows", _("Rows"), _("What needs someone."), ('<ul class="rows">', '<li class="row row--act">'), 420),
            Part(
                "desk",
                _("List and detail"),
                _("The desk: two pages on a phone."),
                ('<div class="desk" data-view="list">',),
                760,
                "styleguide-desk",
            ),
        ),
    ),
    Chapter(
        _("Facts"),
        (
            Part(
                "card",
                _("Card"),
                _("A hairline and paper; no card in a card."),
                ('<div class="card">', 'class="card card--wash"', '{% include "components/facts.html" %}'),
                460,
            ),
            Part(
                "stat",
                _("Stat"),
                _("A figure with unit, period, trend and its rows."),
                ('{% include "components/stat.html" with name=… figure=… spark=… %}', "{% sparkline values %}"),
                720,
            ),
            Part(
                "badge",
                _("Status badge"),
                _("Icon and word; colour comes third."),
                ("{% badge label tone icon %}",),
                260,
            ),
            Part(
                "clock",
                _("Clock"),
                _("How much is left: amber under a quarter, red under a tenth."),
                ("{% clock ends_at starts_at %}", '{% clock ends_at starts_at big=True tone="good" %}'),
                420,
            ),
            Part(
                "why", _("Why-line"), _("Every automatic result says why."), ("{% why sentence %}…{% endwhy %}",), 260
            ),
            Part("timeline", _("Timeline"), _("Newest first."), ('{% include "components/timeline.html" %}',), 620),
            Part(
                "steps",
                _("Stepper"),
                _("Where it stands on its way."),
                ('{% include "components/steps.html" with name=_("…") %}',),
                160,
            ),
            Part(
                "checklist",
                _("Checklist"),
                _("What is done, what is next, what failed."),
                ('{% include "components/checklist.html" with items=items %}',),
                300,
            ),
            Part(
                "people",
                _("Avatar and logo"),
                _("Initials with the name beside them; a vendor's logo where it has one."),
                (
                    "{% face name %}",
                    "{% mark name vendor.id %}",
                    "{% logo vendor %}",
                    '{% include "components/person.html" with name=… note=… %}',
                ),
                260,
            ),
        ),
    ),
    Chapter(
        _("Forms"),
        (
            Part(
                "form",
                _("Section, field, help"),
                _("Labels above; only what is optional says so."),
                ("{% field form.customer %}", '{% field form.website prefix="https://" %}'),
                1500,
            ),
            Part(
                "errors",
                _("Errors"),
                _("What happened and what to do; nothing typed is lost."),
                ('{% include "forms/summary.html" %}',),
                900,
            ),
            Part(
                "money",
                _("Money, date, file, person"),
                _("Amounts are text with a decimal keypad."),
                (
                    '{% include "forms/money.html" with amount=form.amount currency=form.currency %}',
                    "{% field form.close %}",
                    "{% field form.file %}",
                    "{% field form.person %}",
                ),
                620,
            ),
            Part(
                "combobox",
                _("Combobox"),
                _("A list that filters as one types; a plain list without JavaScript."),
                ('{% field form.country data_combobox="" %}',),
                420,
            ),
        ),
    ),
    Chapter(
        _("Messages"),
        (
            Part(
                "dialog",
                _("Dialog and drawer"),
                _("Focus goes in and comes back; Escape closes. Without JavaScript the link shows it in the page."),
                (
                    '{% include "components/confirm.html" with id=… title=… action=… label=… %}',
                    '<dialog class="drawer" id="…">',
                    '{% include "components/keys.html" %}',
                ),
                420,
            ),
            Part(
                "toast",
                _("Toast"),
                _("What was done, with Undo where it can be undone."),
                ('messages.success(request, …, extra_tags="undo:/path/")', '{% include "components/toasts.html" %}'),
                260,
            ),
            Part(
                "note",
                _("Note"),
                _("A message in the page."),
                ('{% include "components/note.html" with tone=… title=… text=… %}',),
                520,
            ),
            Part(
                "banner",
                _("Banner"),
                _("A message across the page."),
                ('{% include "components/banner.html" with text=… %}',),
                200,
            ),
            Part(
                "empty",
                _("Empty state"),
                _("What this is, why it is empty, the one thing to do."),
                ('{% include "components/empty.html" with title=… text=… %}',),
                360,
            ),
            Part(
                "skeleton",
                _("Skeleton"),
                _("Only where something takes over a second."),
                ('{% include "components/skeleton.html" %}',),
                200,
            ),
            Part(
                "progress",
                _("Progress"),
                _("Count, rate, time left, cancel."),
                (
                    '{% include "components/job.html" with job=job %}',
                    '{% include "components/job_card.html" %}',
                    '{% include "components/progress.html" with label=… value=… total=… %}',
                    '{% meter 60 30 10 label="…" %}',
                ),
                760,
            ),
        ),
    ),
    Chapter(
        _("Charts"),
        (
            Part(
                "charts",
                _("Charts"),
                _("Drawn on the server, mirrored for right-to-left; the figures are behind the switch."),
                (
                    '{% include "components/chart.html" with figure=figure id="…" %}',
                    '{% include "components/stacked_bars.html" with chart=chart id="…" %}',
                ),
                2400,
            ),
        ),
    ),
)
PARTS = {part.slug: part for chapter in CHAPTERS for part in chapter.parts}
