"""`make run`: the services, the database, the web server, the worker and beat, until Ctrl-C."""

import os
import sys
from http.client import HTTPConnection, HTTPException

from prm.embedded.console import CannotRunError, announce, say
from prm.embedded.ports import web_port
from prm.embedded.processes import Program, StopRequested, run_in_foreground
from prm.embedded.stack import Stack
from prm.embedded.static_files import StaticCollection

HEALTH_PATHS = ("/health/", "/")


def run() -> int:
    """Run the application until it is asked to stop, and return the exit code."""
    with Stack("run", durable=True) as stack:
        port = web_port()
        site = f"http://localhost:{port}"
        os.environ["PORT"] = str(port)
        os.environ.setdefault("SITE_URL", site)
        try:
            sign_in = prepare(stack)
            start_application(stack, port)
            stack.state.publish(connections(stack))
            announce(f"Open PRM is up: {site}/")
            if sign_in:
                announce(sign_in)
            announce(f"Ctrl-C stops it. Logs are in {stack.state.directory}.")
            stack.supervisor.watch()
        except StopRequested:
            say("stopping")
    announce("Open PRM has stopped.")
    return 0


def prepare(stack: Stack) -> str:
    """Start the services and bring database and static files up to date, side by side.

    Returns:
        One line on how to sign in to the demo; empty without a demo.

    Raises:
        CannotRunError: one of them failed.
    """
    static_files = StaticCollection(stack, stack.supervisor)
    stack.start_services()
    note = stack.state.directory / "sign-in"
    note.unlink(missing_ok=True)
    environment = {**stack.environment(owner=True), "PRM_SIGN_IN": str(note)}
    if run_in_foreground([sys.executable, "-m", "prm.embedded.prepare"], environment) != 0:
        raise CannotRunError("The database could not be brought up to date; the reason is above.")
    if static_files.finish():
        say("static files are collected")
    return note.read_text(encoding="utf-8").strip() if note.exists() else ""


def start_application(stack: Stack, port: int) -> None:
    """Start the web server, wait until it answers, and start workers and beat (all at once would be slower for all).

    Raises:
        CannotRunError: it does not.
    """
    environment = stack.environment(owner=False)
    stack.supervisor.start(web(stack, port, environment))
    stack.supervisor.wait_until("web", lambda: answers(port))
    stack.supervisor.start(worker(stack, environment))
    stack.supervisor.start(beat(stack, environment))
    stack.supervisor.start(jobs_worker(stack, environment))


def web(stack: Stack, port: int, environment: dict[str, str]) -> Program:
    """Return the web server: two processes of four threads that share what was loaded before the fork."""
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
    options += ["--graceful-timeout", "5", "--access-logfile", "-", "--worker-tmp-dir", str(stack.state.directory)]
    return stack.program("web", "gunicorn", "prm.wsgi:application", *options, environment=environment)


def worker(stack: Stack, environment: dict[str, str]) -> Program:
    """Return the Celery worker; alone on its broker, it needs none of the workers' small talk."""
    options = ["--concurrency", "2", "--loglevel", "info", "--without-gossip", "--without-mingle"]
    return stack.program("worker", "celery", "-A", "prm", "worker", *options, environment=environment)


def jobs_worker(stack: Stack, environment: dict[str, str]) -> Program:
    """Return the worker of long jobs, one process: deliveries and mails never wait behind it."""
    options = ["--queues", "jobs", "--pool", "solo", "--hostname", "jobs@%h", "--loglevel", "info"]
    options += ["--without-gossip", "--without-mingle"]
    return stack.program("jobs", "celery", "-A", "prm", "worker", *options, environment=environment)


def beat(stack: Stack, environment: dict[str, str]) -> Program:
    """Return Celery's clock, which remembers over restarts when each task last ran."""
    options = ["--schedule", str(stack.state.directory / "beat-schedule"), "--pidfile=", "--loglevel", "info"]
    return stack.program("beat", "celery", "-A", "prm", "beat", *options, environment=environment)


def answers(port: int) -> bool:
    """Tell whether the web server answers its health page (or, without one, the start page)."""
    try:
        for path in HEALTH_PATHS:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers={"Host": "localhost"})
            status = connection.getresponse().status
            connection.close()
            if status != 404:
                return status < 500
    except (OSError, HTTPException):
        return False
    return True


def connections(stack: Stack) -> dict[str, str]:
    """Return what a management command needs to reach the running services, as the tables' owner."""
    environment = stack.environment(owner=True)
    names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MEDIA_ROOT", "DEMO", "SITE_URL", "PORT")
    return {name: environment[name] for name in names if name in environment}
