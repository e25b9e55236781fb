"""Who is let in: tokens, their scopes and their end, sessions, and people without a seat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from activity.models import Event
from dealreg.models import Deal
from partners.authentication import BAD_TOKENS
from partners.enums import EnrollmentStatus
from partners.models import AccessToken
from partners.services import SCOPES, make_token, revoke_token
from prm.kernel.actors import PERMISSIONS, Role, Via
from prm.kernel.errors import Forbidden
from tests.api_client import Api, registration, token_of

LISTS = {
    "deals/": "deals:read",
    "accounts/": "accounts:read",
    "products/": "programs:read",
    "programs/": "programs:read",
    "partners/": "partners:read",
    "enrollments/": "partners:read",
    "events/": "events:read",
}


def refused(api, path="me/", status=401):
    answer = api.get(path, status)
    assert answer["Content-Type"] == "application/problem+json"
    return answer


def test_me_tells_person_seat_and_rights(cast):
    found = Api(token_of(cast, "brightpath_sales", ("deals:read", "deals:write"))).get("me/").json()
    assert found["person"]["email"] == "sales@brightpath.example"
    assert (found["seat"]["side"], found["seat"]["role"]) == ("partner", "sales")
    assert [vendor["slug"] for vendor in found["vendors"]] == ["halden", "northwind"]
    assert sorted(found["enrollments"]) == sorted(
        cast.enrollments[name].pk for name in ("brightpath_northwind", "brightpath_halden")
    )
    assert found["scopes"] == ["deals:read", "deals:write"]
    assert "deal.register" in found["permissions"]
    assert "deal.decide" not in found["permissions"]


def test_strangers_get_401_and_a_challenge(cast):
    answer = refused(Api())
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    for token in ("prm_wrong", "wrong two words", "prm_\xe9"):
        assert refused(Api(token)).json()["code"] == "authentication_failed"


def test_token_works_only_where_its_scopes_reach(cast):
    for path, scope in LISTS.items():
        has, lacks = (
            Api(token_of(cast, "northwind_approver", scopes)) for scopes in ((scope,), tuple({*SCOPES} - {scope}))
        )
        has.get(path)
        answer = refused(lacks, path, 403)
        assert answer.json()["code"] == "missing_scope"
        assert f'scope="{scope}"' in answer["WWW-Authenticate"]


def test_reading_token_writes_nothing(cast):
    deal = cast.register()
    api = Api(token_of(cast, "brightpath_sales", ("deals:read",)))
    assert api.post("deals/", registration(cast), 403).json()["code"] == "missing_scope"
    assert api.post(f"deals/{deal.reference}/withdraw/", {}, 403).json()["code"] == "missing_scope"
    assert api.get(f"deals/{deal.reference}/").json()["available_transitions"] == []
    assert Deal.objects.count() == Event.objects.filter(kind__startswith="deal.").count() == 1


def test_token_ends_by_time_revocation_seat_person_and_enrollment(cast):
    texts = [token_of(cast, "brightpath_sales") for _ in range(2)]
    expiring, revoked = (AccessToken.objects.order_by("pk")[index] for index in range(2))
    for text in texts:
        Api(text).get("me/")
    AccessToken.objects.filter(pk=expiring.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    refused(Api(texts[0]))
    revoke_token(actor=cast.actor("brightpath_sales"), token=revoked)
    refused(Api(texts[1]))

    unseated = Api(token_of(cast, "brightpath_technical"))
    seat = cast.seats["brightpath_technical"]
    seat.is_active = False
    seat.save()
    refused(unseated)

    disabled = Api(token_of(cast, "brightpath_marketing"))
    disabled.get("me/")
    person = cast.people["brightpath_marketing"]
    person.is_active = False
    person.save()
    refused(disabled)

    cast.register("kappel_sales", "kappel_northwind")
    retired = Api(token_of(cast, "kappel_sales"))
    assert len(retired.get("deals/").json()["results"]) == 1
    cast.enrollments["kappel_northwind"].status = EnrollmentStatus.RETIRED
    cast.enrollments["kappel_northwind"].save()
    assert retired.get("deals/").json()["results"] == []


def test_change_of_role_holds_from_the_next_request(cast):
    api = Api(token_of(cast, "northwind_approver"))
    assert "deal.decide" in api.get("me/").json()["permissions"]
    seat = cast.seats["northwind_approver"]
    seat.role = Role.FINANCE
    seat.save()
    assert "deal.decide" not in api.get("me/").json()["permissions"]


def test_token_acts_from_its_own_seat_whatever_the_session(cast, browse):
    client = browse("kappel_sales")
    api = Api(token_of(cast, "brightpath_sales"), client)
    assert api.get("me/").json()["seat"]["organisation"] == "Brightpath"


def test_session_works_too_and_writes_need_the_csrf_token(cast, browse):
    api = Api(client=browse("brightpath_sales"))
    assert api.get("me/").json()["signed_in_by"] == "session"
    api.post("deals/", registration(cast), 201)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.people["brightpath_sales"], backend="partners.authentication.SeatBackend")
    assert Api(client=strict).post("deals/", registration(cast), 403).json()["code"] == "not_allowed"


@pytest.mark.parametrize("persona", ["operator", "nobody"])
def test_person_without_a_seat_is_refused(cast, browse, persona):
    for path in ("me/", *LISTS):
        assert refused(Api(client=browse(persona)), path, 403).json()["code"] == "not_allowed"


def test_token_makes_no_token(cast):
    by_token = replace(cast.actor("brightpath_sales"), via=Via.TOKEN, scopes=frozenset(SCOPES))
    with pytest.raises(Forbidden):
        make_token(actor=by_token, name="more", scopes=list(SCOPES), days=1)


def test_every_scope_that_tokens_take_carries_a_right():
    assert {permission.scope for permission in PERMISSIONS.values()} >= {*SCOPES} - {"events:read", "programs:read"}


def test_too_many_requests_are_told_when_to_come_back(cast, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    api, other = Api(token_of(cast, "brightpath_sales")), Api(token_of(cast, "kappel_sales"))
    answers = [api.client.get("/api/v1/me/", headers=api.headers) for _ in range(8)]
    assert 200 in {answer.status_code for answer in answers}
    refused_ = next(answer for answer in answers if answer.status_code == 429)
    assert refused_.json()["code"] == "too_many_requests"
    assert 1 <= int(refused_["Retry-After"]) <= 61
    assert refused_["Content-Type"] == "application/problem+json"
    other.get("me/")


def test_bad_tokens_of_one_address_are_limited_and_good_ones_pay_nothing(cast, django_assert_max_num_queries):
    good = Api(token_of(cast, "brightpath_sales", ("deals:read",)))
    with time_machine.travel(timezone.now(), tick=False):
        answers = [Api(f"prm_wrong{n}").get("me/", 429 if n >= BAD_TOKENS.burst else 401) for n in range(63)]
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert answers[-1].json()["code"] == "too_many_requests"
    assert int(answers[-1]["Retry-After"]) > 0
    good.get("me/")
    with django_assert_max_num_queries(3) as queries:
        good.get("me/")
    assert not any("people_bucket" in query["sql"] for query in queries)
