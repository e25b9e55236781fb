"""The product's settings as deployed, with the floor's address added and the API's limit out of the way."""

from prm.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floor"
API_REQUESTS_PER_MINUTE = 1_000_000_000
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
