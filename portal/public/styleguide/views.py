"""The style guide's pages: all parts, one part in a frame, and the desk as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView

from portal.colours import DEFAULT_CHROMA, DEFAULT_HUE, verdict
from portal.public.styleguide import charts, samples
from portal.public.styleguide.jobs import sample_jobs
from portal.public.styleguide.parts import CHAPTERS, PARTS

ICONS = (
    "arrow ask bell bolt book building calendar chart clock code copy deal done down download eye fall "
    "file filter find flag fund gear globe home info key keyboard lead learn left link lock mail money "
    "moon more no ok out out-door pause pen plus queue right shield split star swap swatch team tier todo "
    "trash turn undo up updown upload user wait warn x"
)


@dataclass(frozen=True, slots=True)
class Look:
    """How the parts are shown, from the address."""

    theme: str
    width: str
    direction: str
    hue: int
    chroma: float

    @classmethod
    def asked(cls, request: HttpRequest) -> Look:
        """Read it; what makes no sense is the default."""
        theme, width = request.GET.get("theme", ""), request.GET.get("width", "")
        hue, chroma = request.GET.get("hue", ""), request.GET.get("chroma", "")
        return cls(
            theme if theme in {"light", "dark"} else "",
            "phone" if width == "phone" else "",
            "rtl" if request.GET.get("dir") == "rtl" else "",
            int(hue) % 360 if hue.isascii() and hue.isdigit() and len(hue) < 4 else int(DEFAULT_HUE),
            min(int(chroma), 160) / 1000
            if chroma.isascii() and chroma.isdigit() and len(chroma) < 4
            else DEFAULT_CHROMA,
        )

    @property
    def thousandths(self) -> int:
        """The chroma as the slider has it."""
        return round(self.chroma * 1000)

    @property
    def query(self) -> str:
        """The same look, for a frame."""
        asked = {"theme": self.theme, "dir": self.direction, "hue": self.hue, "chroma": self.thousandths}
        return urlencode({name: value for name, value in asked.items() if value != ""})


class DemoPage(TemplateView):
    """A page with sample data: it exists in demo mode only."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Hide it outside demo mode."""
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Fill the parts with sample data."""
        look = Look.asked(self.request)
        wrong = {"customer": "Castellan Foods GmbH", "amount": "12,oo", "part": "sell"}
        return super().get_context_data(**kwargs) | {
            "look": look,
            "brand_shown": {"hue": look.hue, "chroma": look.chroma},
            "verdict": verdict(look.hue, look.chroma),
            "order": "-amount",
            "deals": samples.sample_deals(),
            "entries": samples.sample_timeline(),
            "form": samples.SampleForm(),
            "filter_form": samples.SampleFilter(auto_id="filter_%s"),
            "wrong_form": samples.SampleForm(data=wrong, auto_id="wrong_%s"),
            "special_form": samples.SampleForm(auto_id="special_%s"),
            "combo_form": samples.SampleForm(initial={"country": "NO"}, auto_id="combo_%s"),
            "page": samples.sample_page(),
            "hits": samples.sample_hits(),
            "sample_views": samples.sample_views(),
            "sample_shell": samples.sample_shell(),
            "jobs": sample_jobs(),
            "figures": charts.figures(rtl=True if look.direction else None),
            "swatches": samples.SWATCHES,
            "statuses": samples.STATUSES,
            "icons": ICONS.split(),
            **samples.NAVIGATION,
        }


class StyleGuide(DemoPage):
    """Every part with its states, how it is written, and switches for theme, width, direction and brand."""

    template_name = "styleguide/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the table of contents."""
        return super().get_context_data(**kwargs) | {"chapters": CHAPTERS}


@method_decorator([csp_replace({"frame-ancestors": ["'self'"]}), xframe_options_sameorigin], name="dispatch")
class PartSample(DemoPage):
    """One part alone, for a frame as wide as a phone."""

    template_name = "styleguide/frame.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the part."""
        part = PARTS.get(self.kwargs["slug"])
        if part is None:
            raise Http404
        context = super().get_context_data(**kwargs)
        return context | {"part": part, "in_frame": True}


@method_decorator([csp_replace({"frame-ancestors": ["'self'"]}), xframe_options_sameorigin], name="dispatch")
class DeskSample(DemoPage):
    """The desk's list and detail, with sample rows; on a phone the detail is a page of its own."""

    template_name = "styleguide/desk_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the row that is open."""
        context = super().get_context_data(**kwargs)
        chosen, deals = self.kwargs.get("pk"), context["deals"]
        return context | {
            "shell": context["sample_shell"],
            "open_deal": deals[(chosen or 1) % len(deals)],
            "view": "detail" if chosen else "list",
        }
