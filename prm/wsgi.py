"""The WSGI entry point that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")

application = get_wsgi_application()

# With --preload this runs before gunicorn forks: its workers share what each would otherwise load at its first request,
# and the collector no longer walks through it.
_addresses = get_resolver().url_patterns
gc.collect()
gc.freeze()
