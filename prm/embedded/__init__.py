"""The services that `make run` and `make test` bring along: PostgreSQL and Valkey from PyPI, started and stopped here.

Plain standard library apart from `prepare.py`, because it runs before Django does. Everything it keeps is under `.dev/`
in the checkout; `DATABASE_URL` and `REDIS_URL` switch the service they name off. docs/explanation/architecture.md has
the reasons.
"""
