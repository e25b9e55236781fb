"""A web worker stays light: what only workers and offline jobs need is not loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    "sklearn",
    "statsmodels",
    "scipy",
    "numpy",
    "pandas",
    "typst",
    "openpyxl",
    "xlsxwriter",
    "matplotlib",
    "onelogin.saml2.auth",
    "xmlsec",
    "dns",
    "icalendar",
    "tldextract",
    "disposable_email_domains",
    "celery",
    "kombu",
    "jwt",
    "lxml",
)
SERVE_A_PAGE = """
import io, sys
from prm.wsgi import application
environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/accounts/login/", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
           "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http"}
from django.urls import get_resolver
get_resolver().url_patterns
for pattern in get_resolver().url_patterns:
    getattr(pattern, "url_patterns", None)
print(",".join(name for name in sys.argv[1].split(",") if name in sys.modules))
"""


def test_web_worker_with_every_address_loaded_has_none_of_the_heavy_libraries():
    done = subprocess.run(
        [sys.executable, "-c", SERVE_A_PAGE, ",".join(HEAVY)],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "prm.settings",
            "SECRET_KEY": os.environ.get("SECRET_KEY", "x" * 50),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "", f"loaded: {done.stdout}"
