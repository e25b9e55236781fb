"""The deployment: settings, URLs, the Celery application, the API router and the embedded services."""
