"""How the vendor looks: its logo and colour, with a preview and whether it can be read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Vendor
from partners.permissions import EDIT_BRANDING
from partners.services import Branding, change_branding, reset_branding
from portal.colours import brand_hex, verdict
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, show_violation

MOST_CHROMA = 160


class BrandingForm(forms.Form):
    """Hue in degrees, strength in thousandths of chroma, a picture."""

    use_required_attribute = False

    hue = forms.IntegerField(label=gettext_lazy("Hue"), min_value=0, max_value=359)
    chroma = forms.IntegerField(label=gettext_lazy("Strength"), min_value=0, max_value=MOST_CHROMA)
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 50 kB; a square of 128 pixels is best."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)

    def branding(self) -> Branding:
        """Return what the service takes."""
        given = self.cleaned_data
        picture = given["logo"].read() if given["logo"] else b"" if given["remove"] else None
        return Branding(hue=given["hue"], chroma=Decimal(given["chroma"]) / 1000, logo=picture)


class BrandingView(ActorView):
    """A page about the vendor's look."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_BRANDING

    def vendor(self) -> Vendor:
        """Return the actor's vendor."""
        vendor: Vendor = Vendor.objects.visible_to(self.actor).get()
        return vendor


class BrandingPage(BrandingView):
    """The form, with the look that is asked for in the address, or the one in force."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        vendor = self.vendor()
        start = {"hue": vendor.brand_hue, "chroma": round(vendor.brand_chroma * 1000)}
        asked = BrandingForm(request.GET) if "hue" in request.GET else None
        if asked is not None and asked.is_valid():
            start = {"hue": asked.cleaned_data["hue"], "chroma": asked.cleaned_data["chroma"]}
        return self.page(vendor, BrandingForm(initial=start), start)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it."""
        form = BrandingForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                change_branding(actor=self.actor, branding=form.branding())
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                messages.success(request, _("Saved. Pages and mails follow from the next one on."))
                return redirect("console:branding")
        vendor = self.vendor()
        kept = {"hue": vendor.brand_hue, "chroma": round(vendor.brand_chroma * 1000)}
        return self.page(vendor, form, kept | {name: form.cleaned_data.get(name, kept[name]) for name in kept}, 422)

    def page(self, vendor: Vendor, form: BrandingForm, look: dict[str, Any], status: int = 200) -> HttpResponse:
        """Render the page with the preview of a look."""
        chroma = look["chroma"] / 1000
        context = {
            "vendor": vendor,
            "form": form,
            "look": look,
            "brands_shown": [{"id": "preview", "hue": look["hue"], "chroma": chroma}],
            "hex": brand_hex(look["hue"], chroma),
            "verdict": verdict(look["hue"], chroma),
        }
        return render(self.request, "console/branding.html", context, status=status)


class BrandingVerdict(BrandingView):
    """Whether a look can be read, in a sentence, while the sliders move."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Judge it."""
        form = BrandingForm(request.GET)
        if not form.is_valid():
            return HttpResponse(status=422)
        hue, chroma = form.cleaned_data["hue"], form.cleaned_data["chroma"] / 1000
        context = {"verdict": verdict(hue, chroma), "hex": brand_hex(hue, chroma)}
        return render(request, "console/branding_verdict.html", context)


class BrandingReset(BrandingView):
    """Back to the product's own colour, without a logo."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Reset it."""
        reset_branding(actor=self.actor)
        messages.success(request, _("Back to the product's own look."))
        return redirect("console:branding")
