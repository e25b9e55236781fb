"""The check page: whether a file is a sealed agreement of this installation, unchanged. For everyone."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from onboarding.agreements.sealed import Verdict, verdict_of, verdict_of_hash
from people.limits import Limit, network_of, take
from prm.kernel.errors import TooMany

CHECKED = Limit("check.network", burst=20, per_hour=60)
"""Checks from one network."""
MOST_BYTES = 5_000_000


class CheckForm(forms.Form):
    """A file; or, where only the paper is at hand, the number and hash of its evidence page."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("Sealed PDF"),
        required=False,
        help_text=gettext_lazy("At most 5 MB. It is compared and not kept."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )
    reference = forms.CharField(label=gettext_lazy("Number"), required=False, max_length=20)
    document_hash = forms.CharField(label=gettext_lazy("Document hash"), required=False, max_length=80)

    def clean(self) -> None:
        """Ask for one of the two."""
        given = self.cleaned_data
        file = given.get("file")
        if file is not None and file.size > MOST_BYTES:
            self.add_error("file", _("The file is too large: sealed agreements have at most 5 MB."))
        elif not file and "file" not in self.errors and not (given.get("reference") and given.get("document_hash")):
            self.add_error(None, _("Choose a file, or write both the number and the document hash."))


class Check(View):
    """Asks for the file, and says what it is."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self._page(CheckForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Judge."""
        if not take(CHECKED, network_of(request)):
            message = _("Too many checks came from your network. Try again later.")
            raise TooMany("too_many", message, CHECKED.wait_seconds)
        form = CheckForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form, status=422)
        given = form.cleaned_data
        by_file = given["file"] is not None
        found = (
            verdict_of(given["file"].read()) if by_file else verdict_of_hash(given["reference"], given["document_hash"])
        )
        return self._page(CheckForm(), {"found": found, "by_file": by_file, "asked": True})

    def _page(
        self, form: CheckForm, more: dict[str, Verdict | bool | None] | None = None, status: int = 200
    ) -> HttpResponse:
        response = render(self.request, "public/check.html", {"form": form, **(more or {})}, status=status)
        response["Cache-Control"] = "private, no-store"
        return response
