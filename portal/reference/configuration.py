"""The page of environment variables: those that settings read, and those that are read before Django is there."""

from __future__ import annotations

from portal.reference.markdown import code, page, table
from prm.kernel.environment import VARIABLES, Variable

ABOUT = (
    "Everything that differs between deployments is an environment variable. A flag is 1 or 0 (also true/false, "
    "yes/no, on/off), a list is split at commas. What must be set, `make run` sets itself."
)
# Defaults that depend on the machine or on another variable, in words.
IN_WORDS = {
    "EMAIL_BACKEND": "SMTP; with `DEMO=1` none, mails stay on the outbox page",
    "MEDIA_ROOT": "`media/` beside the code",
}
# Read by the Makefile and by `prm.embedded`, which work without Django. A test holds this list against both.
BEFORE_DJANGO = (
    Variable("ARGS", "text", "", "arguments for `make test`, `check`, `bench`, `faults`, `soak` and `manage`"),
    Variable("PYTHON3", "path", "", "the Python that makes `.venv`, where `python3` is older than 3.11"),
    Variable("PORT", "number", "", "the web server's port; without it 8000, or a free one if 8000 is taken"),
    Variable(
        "DATABASE_OWNER_URL",
        "text",
        "",
        "beside your own `DATABASE_URL`: the role that owns the tables, for migrations, tests and management commands",
    ),
    Variable(
        "PRM_HOME",
        "path",
        "",
        "the folder that holds `.dev/`, with the embedded services' data and logs; without it the checkout",
    ),
    Variable("PRM_PG_BIN", "path", "", "other PostgreSQL binaries, 15 or later, for the embedded service"),
    Variable("PRM_NO_USERNS", "flag", "0", "as root: run PostgreSQL as user 65534 even where user namespaces work"),
)
# How the parts of `make` talk to each other: nobody sets these.
INTERNAL = ("PRM_END_WITH", "PRM_SIGN_IN", "PRM_SOAK")


def configuration_page() -> str:
    """Return the page."""
    return page(
        "Configuration",
        ABOUT,
        "## The application\n\n" + _table([VARIABLES[name] for name in sorted(VARIABLES)]),
        "## `make` and the embedded services\n\n" + _table(BEFORE_DJANGO),
    )


def _table(variables: list[Variable] | tuple[Variable, ...]) -> str:
    return table(["Variable", "Kind", "Default", "What it is for"], [_row(variable) for variable in variables])


def _row(variable: Variable) -> list[str]:
    default = IN_WORDS.get(variable.name) or code(variable.default)
    must = variable.kind == "secret"
    return [
        code(variable.name),
        "text" if must else variable.kind,
        "must be set" if must else default,
        variable.purpose,
    ]
