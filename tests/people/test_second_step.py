"""The second step: authenticator app, recovery codes, and what is told about them."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from activity.models import Event, Mail
from people.forms import _Counted, _CountedPasskey
from people.guessing import CODES, CODES_KNOWN
from prm.kernel.sealing import Unreadable, seal, unseal
from tests.cast import PASSWORD

SALES = "sales@brightpath.example"
APP, CODES_PAGE = "/accounts/app/add/", "/accounts/recovery-codes/"
NEXT = 31


@pytest.fixture(autouse=True)
def no_code_used(cast):
    cache.clear()


def sign_in(client):
    return client.post("/accounts/login/", {"login": SALES, "password": PASSWORD})


def confirm(client):
    return client.post("/accounts/confirm/", {"password": PASSWORD})


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def me(client):
    sign_in(client)
    confirm(client)
    return client


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Return a block after which what waits for the commit has run: allauth mails then."""
    return django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def enrolled(me, committed):
    """Return the secret and the recovery codes of someone who has just added an app."""
    secret = re.search(r'<code class="secret">(\w+)<', me.get(APP).content.decode()).group(1)
    with committed:
        done = me.post(APP, {"code": code_of(secret)})
    assert done["Location"] == CODES_PAGE
    codes = re.findall(r"<li><code>(\d+)</code>", me.get(CODES_PAGE).content.decode())
    assert len(codes) == 10
    return secret, codes


def second(client, code):
    return client.post("/accounts/second-step/", {"code": code})


def is_in(client):
    return client.get("/settings/").status_code == 200


def mails():
    return list(Mail.objects.order_by("pk").values_list("subject", flat=True))


def test_nothing_is_changed_before_the_password_was_entered_again(client):
    sign_in(client)
    for path in (APP, "/accounts/passkeys/add/", "/settings/security/email/"):
        answer = client.get(path)
        assert answer["Location"] == f"/accounts/confirm/?next={quote(path, safe='')}"
    wrong = client.post("/accounts/confirm/", {"password": "wrong"})
    assert "This is not your password" in wrong.content.decode()
    assert client.get(APP).status_code == 302


def test_wrong_code_adds_no_app(me):
    me.get(APP)
    page = me.post(APP, {"code": "000000"}).content.decode()
    assert "This code is not correct" in page
    assert not Authenticator.objects.exists()
    assert mails() == []


def test_code_is_asked_for_after_the_password_and_works_once(enrolled):
    secret, _codes = enrolled
    with time_machine.travel(timezone.now() + timedelta(seconds=NEXT), tick=False):
        first, again = Client(), Client()
        for client in (first, again):
            assert sign_in(client)["Location"] == "/accounts/second-step/"
            assert not is_in(client)
        assert "not correct" in second(first, "000000").content.decode()
        second(first, code_of(secret))
        assert is_in(first)
        second(again, code_of(secret))
        assert not is_in(again)


def test_second_step_ends_with_the_sign_in_that_asked_for_it(enrolled):
    secret, _codes = enrolled
    assert second(Client(), code_of(secret))["Location"] == "/accounts/login/"


def test_recovery_code_works_once_and_is_told(enrolled):
    _secret, codes = enrolled
    first, again = Client(), Client()
    sign_in(first)
    second(first, codes[3])
    assert is_in(first)
    assert mails()[-1] == "A recovery code was used"
    assert "9 of 10 left" in first.get("/settings/security/").content.decode()
    sign_in(again)
    second(again, codes[3])
    assert not is_in(again)


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(enrolled, me, django_capture_on_commit_callbacks):
    _secret, codes = enrolled
    page = me.get(CODES_PAGE).content.decode()
    assert not any(code in page for code in codes)
    with django_capture_on_commit_callbacks(execute=True):
        me.post("/accounts/recovery-codes/make/")
    fresh = re.findall(r"<li><code>(\d+)</code>", me.get(CODES_PAGE).content.decode())
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert mails()[-1] == "New recovery codes were made"
    client = Client()
    sign_in(client)
    second(client, codes[0])
    assert not is_in(client)


def test_every_change_is_mailed_with_what_to_do_and_recorded(enrolled, me):
    me.post("/accounts/app/remove/")
    assert mails() == ["An authenticator app was added", "The authenticator app was removed"]
    mail = Mail.objects.latest("pk")
    assert (mail.to, mail.person.email) == (SALES, SALES)
    for words in ("If not: set a new password", "/settings/security/", "127.0.0.1"):
        assert words in mail.text
    told = Event.objects.filter(kind="person.sign_in_changed").order_by("pk")
    assert [event.data["change"] for event in told] == ["totp_added", "totp_removed"]
    assert {event.vendor_id for event in told} == {None}
    assert not Authenticator.objects.exists(), "codes without an app open nothing, and go with it"


def test_guessed_codes_run_out_are_told_once_and_leave_the_owner_a_share(enrolled):
    secret, _codes = enrolled
    owner = Client()
    with time_machine.travel(timezone.now() + timedelta(seconds=NEXT), tick=False):
        sign_in(owner)
        second(owner, code_of(secret))
        owner.post("/accounts/logout/")
    before = len(mails())
    guesser = Client()
    sign_in(guesser)
    pages = [second(guesser, f"{number:06}").content.decode() for number in range(CODES.burst + 20)]
    assert sum("Too many wrong codes" in page for page in pages) == 20
    assert mails()[before:] == ["Someone enters wrong codes"]
    with time_machine.travel(timezone.now() + timedelta(seconds=3 * NEXT), tick=False):
        sign_in(guesser)
        second(guesser, code_of(secret))
        assert not is_in(guesser), "not even the right one"
        sign_in(owner)
        second(owner, code_of(secret))
        assert is_in(owner)
    assert CODES.burst + CODES.per_hour + CODES_KNOWN.burst + CODES_KNOWN.per_hour <= 50


def test_every_form_that_takes_a_code_or_a_passkey_is_counted():
    forms = {name: import_string(path) for name, path in django_settings.MFA_FORMS.items()}
    assert {name for name, form in forms.items() if issubclass(form, _Counted | _CountedPasskey)} == {
        "authenticate",
        "reauthenticate",
        "authenticate_webauthn",
        "reauthenticate_webauthn",
        "login_webauthn",
    }


def test_secrets_are_sealed_in_the_database(enrolled):
    secret, codes = enrolled
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in rows
    assert not any(code in rows for code in codes)


def test_sealed_text_opens_with_its_own_key_and_purpose_only(settings):
    sealed = seal("secret", purpose="one")
    assert unseal(sealed, purpose="one") == "secret"
    with pytest.raises(Unreadable):
        unseal(sealed, purpose="another")
    settings.SECRET_KEY = "x" * 60
    with pytest.raises(Unreadable):
        unseal(sealed, purpose="one")


def test_password_by_mail_does_not_skip_the_second_step(enrolled, cast):
    client, new = Client(), "three quiet herons"
    client.post("/accounts/password/reset/", {"email": SALES})
    link = re.search(r"(/accounts/password/reset/key/\S+)", Mail.objects.latest("pk").text).group(1)
    client.post(client.get(link, follow=True).redirect_chain[-1][0], {"password1": new, "password2": new})
    assert mails()[-1] == "Your password was changed"
    answer = client.post("/accounts/login/", {"login": SALES, "password": new})
    assert answer["Location"] == "/accounts/second-step/"
    assert not is_in(client)


def test_wrong_passkeys_get_one_answer_and_run_out(client):
    client.get("/accounts/passkey/", headers={"accept": "application/json"})
    for credential in (
        "{}",
        "[]",
        "x",
        '{"id": "a"}',
        '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"userHandle":"MQ"}}',
    ):
        answer = client.post("/accounts/passkey/", {"credential": credential})
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert not is_in(client)


@pytest.mark.parametrize(
    "path", ["/accounts/app/remove/", "/accounts/recovery-codes/", "/accounts/passkeys/1/remove/", "/accounts/steps/"]
)
def test_pages_about_ones_sign_in_are_for_who_is_signed_in(client, path):
    assert "/accounts/login/" in client.get(path, follow=True).redirect_chain[-1][0]


def test_others_passkeys_are_not_there(me, cast):
    theirs = Authenticator.objects.create(
        user=cast.people["brightpath_marketing"], type=Authenticator.Type.WEBAUTHN, data={"name": "Theirs"}
    )
    for verb in ("name", "remove"):
        path = f"/accounts/passkeys/{theirs.pk}/{verb}/"
        assert me.get(path).status_code == 404
        assert me.post(path, {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data == {"name": "Theirs"}
