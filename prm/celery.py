"""The Celery application. Redis only rings the bell: the queue of record is in Postgres (see `activity.relay`)."""

import os

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")

app = Celery("prm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def drop_dead_connections(**_: object) -> None:
    """Close database connections that died with a Postgres restart.

    Workers reuse connections over tasks (`CELERY_DB_REUSE_MAX`); without this hook every task after a restart of
    Postgres fails on the dead one.
    """
    from django.db import connections  # noqa: PLC0415  (settings are not ready when Celery imports this module)

    for connection in connections.all(initialized_only=True):
        connection.errors_occurred = True
        connection.close_if_unusable_or_obsolete()
