"""A real browser on a real server: pages as persona, watched for faults in accessibility and in the console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from activity.mailing import send_due
from activity.relay import drain
from tests.cast import PASSWORD, Cast, make_cast

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds; machines that run tests are busy
BACKEND = "partners.authentication.SeatBackend"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests, and skip them where no Chromium is."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session", autouse=True)
def served_static_files() -> Iterator[None]:
    """Serve styles and scripts from their folders; let Playwright's loop and Django's queries share a thread."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with override_settings(WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True):
        yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where screenshots go: PRM_SCREENSHOTS; none are taken without it."""
    wanted = os.environ.get("PRM_SCREENSHOTS")
    if not wanted:
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def everyone(transactional_db: None) -> Cast:
    """The fixed cast, committed, so that the server sees it."""
    return make_cast()


@dataclass
class Visitor:
    """A person before a browser."""

    page: Page
    context: BrowserContext
    server: str
    pictures: Path | None
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the server."""
        self.page.goto(self.server + path)
        return self.page

    def sign_in(self, email: str) -> Page:
        """Sign in by the form."""
        page = self.open("/accounts/login/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
        return page

    def check(self, name: str) -> None:
        """Let axe judge the page at both widths, and take its picture where one is wanted."""
        for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
            self.page.set_viewport_size(size)
            self.page.wait_for_load_state("networkidle")
            found = Axe().run(self.page).response["violations"]
            assert not found, f"{name} at {width} width:\n" + "\n".join(told(fault) for fault in found)
            sideways = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert sideways <= 0, f"{name} scrolls sideways by {sideways} px at {width} width"
            if self.pictures is not None:
                self.page.evaluate(
                    "() => { document.activeElement?.blur(); window.scrollTo({top: 0, behavior: 'instant'}) }"
                )
                self.page.screenshot(path=self.pictures / f"{name}-{width}.png", full_page=True)
        self.page.set_viewport_size(DESKTOP)


def told(fault: dict[str, Any]) -> str:
    """Return one of axe's findings in a line."""
    where = "; ".join(node["html"][:160] for node in fault["nodes"][:3])
    return f"{fault['id']} ({fault['impact']}): {fault['help']}: {where}"


def watch(visitor: Visitor) -> None:
    """Note whatever the console says, every error of a script, and every answer that is the server's fault."""
    page, faults = visitor.page, visitor.faults

    def on_message(message: Any) -> None:
        # A refused form is answered with 422, which Chromium reports as if it were a fault of the page.
        if "status of 4" not in message.text:
            faults.append(f"console: {message.text}")

    page.on("console", on_message)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)


@pytest.fixture
def visit(
    chromium: Browser, live_server: Any, everyone: Cast, pictures: Path | None
) -> Iterator[Callable[..., Visitor]]:
    """Return a function that puts a persona before a browser, signed in already; "" for a stranger."""
    visitors: list[Visitor] = []

    def before_a_browser(persona: str = "", *, scripts: bool = True) -> Visitor:
        context = chromium.new_context(viewport=DESKTOP, java_script_enabled=scripts, locale="en-GB")
        if persona:
            client = Client()
            client.force_login(everyone.people[persona], backend=BACKEND)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        visitor = Visitor(context.new_page(), context, live_server.url, pictures)
        visitor.page.set_default_timeout(PATIENCE)
        watch(visitor)
        visitors.append(visitor)
        return visitor

    yield before_a_browser
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def workers(settings: Any) -> Callable[[], None]:
    """Return a function that does what the workers would do now."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEMO = True

    def work() -> None:
        drain()
        send_due()

    return work
