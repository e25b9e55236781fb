"""Links in mails that work without signing in. A GET shows a page with one button, so that scanners change nothing."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from activity.mailing.stopping import DIGEST, read_token
from activity.registry import NOTICES
from activity.services import confirm_address, stop_mails


@method_decorator(csrf_exempt, name="dispatch")
class MailStop(View):
    """Stops a kind of mail for whom the signed link names.

    Without a form's token: the link itself is what proves the right, and mail programs post to it (RFC 8058).
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask first."""
        return self._page(request, token, done=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Stop it; twice does no harm."""
        person_id, kind = _read(token)
        stop_mails(person_id=person_id, kind=kind)
        return self._page(request, token, done=True)

    def _page(self, request: HttpRequest, token: str, *, done: bool) -> HttpResponse:
        _person, kind = _read(token)
        known = NOTICES.get(kind)
        context = {"label": known.label if known else "", "is_digest": kind == DIGEST, "done": done}
        response = render(request, "public/mail_stop.html", context)
        response["X-Robots-Tag"] = "noindex"
        return response


def _read(token: str) -> tuple[int, str]:
    found = read_token(token)
    if found is None or (found[1] not in NOTICES and found[1] != DIGEST):
        raise Http404
    return found


@method_decorator(csrf_exempt, name="dispatch")
class MailAddress(View):
    """Shows, by a link that was mailed to it, that an address works again."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask for a click, which a scanner doesn't make."""
        return render(request, "public/mail_address.html", {"done": False})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Send mails there again; a link that is too old says so."""
        works = confirm_address(token=token)
        return render(
            request, "public/mail_address.html", {"done": works, "ended": not works}, status=200 if works else 410
        )
