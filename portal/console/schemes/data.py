"""A scheme as data: shown, downloaded, uploaded, and changed as text by those who prefer that."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.console.schemes.base import EditBase
from portal.console.schemes.listing import LARGEST_FILE, read_file, read_json
from standing.enums import SchemeState
from standing.models import Scheme
from standing.scheme.faults import SchemeRefused


def as_text(definition: dict[str, Any]) -> str:
    """Return a definition as people read JSON."""
    return json.dumps(definition, indent=2, ensure_ascii=False)


class DataForm(forms.Form):
    """A scheme as text, or a file that takes its place."""

    text = forms.CharField(
        label=gettext_lazy("The scheme as JSON"),
        required=False,
        max_length=LARGEST_FILE,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false", "autocapitalize": "none"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"), required=False, help_text=gettext_lazy("It takes the place of the text above.")
    )

    def clean(self) -> dict[str, Any]:
        """Read it; every fault with its place."""
        cleaned = super().clean() or self.cleaned_data
        field = "file" if cleaned.get("file") else "text"
        try:
            cleaned["definition"] = (
                read_file(cleaned["file"]) if field == "file" else read_json(cleaned.get("text", ""))
            )
        except forms.ValidationError as error:
            self.add_error(field, error)
        except SchemeRefused as refused:
            for fault in refused.faults:
                self.add_error(field, f"{fault.place}: {fault.message}")
        return cleaned


class SchemeData(EditBase):
    """A version as data."""

    template_name = "console/schemes/data.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        scheme = self.find(pk)
        return self.form_page(scheme, DataForm(initial={"text": as_text(scheme.definition)}), "")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write it to the draft."""
        scheme, form = self.draft(pk), DataForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.form_page(scheme, form, "", status=422)
        return self.keep(scheme, form, "", lambda _definition: form.cleaned_data["definition"])

    def shown(self, scheme: Scheme, form: forms.Form, place: str) -> dict[str, Any]:
        """Return the title, and whether it may be changed."""
        title = _("As data")
        may_change = scheme.state == SchemeState.DRAFT
        return {"title": title, "crumbs": self.crumbs(scheme, title), "may_change": may_change}


class SchemeFile(EditBase):
    """A version as a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it, in the form of a template."""
        scheme = self.find(pk)
        data = {
            "name": scheme.name,
            "summary": "",
            "partner_type": scheme.partner_type,
            "scheme": scheme.definition,
        }
        response = HttpResponse(as_text(data), content_type="application/json")
        name = f"{slugify(scheme.name) or 'scheme'}-{scheme.number}.json"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
