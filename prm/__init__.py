"""The deployment: settings, URLs, the Celery application, the API router and the embedded services."""

from prm.celery import app as celery_app

__all__ = ["celery_app"]
