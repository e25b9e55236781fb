"""Several at one agreement, in real transactions."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connections, transaction

from activity.models import Event
from activity.relay import drain
from onboarding.models import Agreement, Signature
from onboarding.services.agreement_keeping import seal_agreement
from onboarding.services.agreements import send_agreement, sign_agreement, take_back_agreement
from prm.kernel.errors import Conflict
from tests.cast import Cast
from tests.onboarding.agreements import make_template, put_one, signing_of


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Begin all at the same moment, each with a connection of its own; return what they raised."""
    barrier, errors = Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait(30)
            work()
        except BaseException as error:  # noqa: BLE001  (told to the test)
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_signs_and_the_other_is_told(cast: Cast) -> None:
    agreement = put_one(cast)
    actor = cast.actor("brightpath_administrator")

    def sign() -> None:
        sign_agreement(actor=actor, agreement=agreement, signing=signing_of(agreement))

    errors = at_once(sign, sign)
    assert [type(error) for error in errors] == [Conflict]
    assert "Someone was faster" in str(errors[0])
    assert Signature.objects.count() == 1
    assert Event.objects.filter(kind="agreement.completed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_signing_and_taking_back_at_once_leaves_one_of_both(cast: Cast) -> None:
    agreement = put_one(cast, countersign=True)
    signer, manager = cast.actor("brightpath_administrator"), cast.actor("northwind_manager")
    errors = at_once(
        lambda: sign_agreement(actor=signer, agreement=agreement, signing=signing_of(agreement)),
        lambda: take_back_agreement(actor=manager, agreement=agreement, reason="Wrong one"),
    )
    agreement.refresh_from_db()
    signed = Signature.objects.count()
    # Taken back after the signature, or before it: then there is none.
    assert agreement.state == "cancelled"
    assert [type(error) for error in errors] == ([] if signed else [Conflict])


@pytest.mark.django_db(transaction=True)
def test_sent_at_once_by_two_it_is_put_once(cast: Cast) -> None:
    make_template(cast.northwind)
    manager, enrollment = cast.actor("northwind_manager"), cast.enrollments["brightpath_northwind"]

    def send() -> None:
        send_agreement(actor=manager, enrollment=enrollment, template_slug="partner-agreement")

    assert at_once(send, send) == []
    assert Agreement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_seal_once(cast: Cast) -> None:
    agreement = put_one(cast)
    sign_agreement(actor=cast.actor("brightpath_administrator"), agreement=agreement, signing=signing_of(agreement))
    errors = at_once(drain, drain, lambda: None)
    assert errors == []
    sealed = Agreement.objects.get().sealed.name
    with transaction.atomic():
        seal_agreement(agreement.pk)
    assert Agreement.objects.get().sealed.name == sealed
    assert Event.objects.filter(kind="agreement.sealed").count() == 1
