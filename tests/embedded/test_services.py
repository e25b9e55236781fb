"""PostgreSQL and Valkey as they come up for `make run` and `make test`."""

import os
import shutil
import signal
import socket
import subprocess
import sys

import psycopg2
import pytest
import redis

from prm.embedded.stack import Stack
from prm.embedded.state import ROOT, State
from tests.embedded.observation import children_of, command_lines, eventually, is_alive

pytestmark = pytest.mark.alone

TRUSTED = ("pg_trgm", "btree_gist", "unaccent", "citext")

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it looks at /proc and at the parent-death signal")


@pytest.fixture
def owner(services):
    connection = psycopg2.connect(services.environment(owner=True)["DATABASE_URL"])
    yield connection
    connection.close()


@pytest.fixture
def application(services):
    connection = psycopg2.connect(services.environment(owner=False)["DATABASE_URL"])
    yield connection
    connection.close()


def rows(connection, sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_owner_makes_extensions_and_tables_and_the_application_works_with_their_rows(owner, application):
    with owner, owner.cursor() as cursor:
        for extension in TRUSTED:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        cursor.execute("CREATE TABLE made_later (id serial PRIMARY KEY, name text)")
    with application, application.cursor() as cursor:
        cursor.execute("INSERT INTO made_later (name) VALUES ('Nürnberg') RETURNING id")
        cursor.execute("UPDATE made_later SET name = upper(name)")
        assert rows(application, "SELECT name FROM made_later") == [("NÜRNBERG",)]
        cursor.execute("DELETE FROM made_later")


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (id int)", "DROP TABLE made_later", "TRUNCATE made_later", "SET ROLE prm_owner"]
)
def test_the_application_may_not_change_tables(statement, owner, application):
    with owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS made_later (id serial PRIMARY KEY, name text)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), application.cursor() as cursor:
        cursor.execute(statement)


def test_row_level_security_applies_to_both_roles(owner):
    roles = rows(owner, "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'prm%' ORDER BY 1")
    assert roles == [("prm_app", False, False), ("prm_owner", False, False)]


def test_the_owner_makes_databases_in_which_the_application_has_its_rights_too(services, owner):
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("CREATE DATABASE test_prm")
    assert services.postgres.query("SELECT count(*) FROM pg_default_acl", "test_prm") == "2"
    with owner.cursor() as cursor:
        cursor.execute("DROP DATABASE test_prm")


def test_the_locale_is_the_same_everywhere(owner):
    if owner.server_version < 170000:
        pytest.skip("built-in locales came with PostgreSQL 17")
    assert rows(owner, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'prm'") == [("b", "C.UTF-8")]


def test_nobody_gets_in_without_the_password(services):
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host="127.0.0.1", port=services.postgres.port, user="postgres", dbname="prm", password="guess")
    with redis.Redis(port=services.valkey.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


@ON_LINUX
def test_passwords_are_on_no_command_line(services):
    commands = " ".join(command_lines())
    secrets = [services.state.secret(name) for name in ("postgres", "prm_owner", "prm_app", "valkey")]
    assert str(services.postgres.data) in commands
    assert not any(secret in commands for secret in secrets)


def test_the_services_listen_on_loopback_only(services):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which address would be used
        outside = probe.getsockname()[0]
    for port in (services.postgres.port, services.valkey.port):
        with pytest.raises(OSError, match="refused"), socket.create_connection((outside, port), timeout=2):
            pass


def test_a_second_start_stops_a_left_over_server_and_finds_the_data(binaries, tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with Stack("tryout", durable=False, root=tmp_path) as stack:
        stack.start_services()
        stack.postgres.query("CREATE TABLE kept AS SELECT 42 AS answer", "prm")
        first = stack.supervisor.children.pop("postgres").process  # as if the supervisor had been killed
        (stack.state.directory / "children.json").unlink()
    with Stack("tryout", durable=False, root=tmp_path) as stack:
        stack.start_services()
        assert first.wait(5) == 0
        assert stack.valkey is None
        assert stack.postgres.query("SELECT answer FROM kept", "prm") == "42"
        second = stack.supervisor.children["postgres"].process.pid
    assert not is_alive(second)


def test_urls_in_the_environment_replace_the_services(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://app@db/prm")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://owner@db/prm")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with Stack("tryout", durable=True, root=tmp_path) as stack:
        stack.start_services()
        assert stack.supervisor.children == {}
        assert stack.environment(owner=False)["DATABASE_URL"] == "postgres://app@db/prm"
        assert stack.environment(owner=True)["DATABASE_URL"] == "postgres://owner@db/prm"
        assert stack.environment(owner=False)["REDIS_URL"] == "redis://elsewhere"


def test_what_the_person_sets_wins(tmp_path, monkeypatch):
    stack = Stack("tryout", durable=True, root=tmp_path)
    with stack:
        monkeypatch.delenv("DEMO", raising=False)
        assert stack.environment(owner=False)["DEMO"] == "1"
        monkeypatch.setenv("DEMO", "0")
        monkeypatch.setenv("SECRET_KEY", "mine")
        assert stack.environment(owner=False)["DEMO"] == "0"
        assert stack.environment(owner=False)["SECRET_KEY"] == "mine"


@ON_LINUX
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_behind(ending, binaries):
    name = f"tryout-{ending.name}"
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    command = [sys.executable, "-m", "prm.embedded", "exec", name, "--", sys.executable, "-c", COMMAND]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as supervisor:
        line = next(line for line in supervisor.stdout if line.startswith("pid "))
        pids = [int(line.split()[1]), *children_of(supervisor.pid)]
        assert len(pids) >= 3
        supervisor.send_signal(ending)
        supervisor.wait(20)
    assert supervisor.returncode == (-9 if ending is signal.SIGKILL else 128 + ending)
    assert eventually(lambda: not any(is_alive(pid) for pid in pids))
    assert not State(name).is_locked()
    shutil.rmtree(State(name).directory)


@ON_LINUX
@pytest.mark.parametrize(("command", "code"), [("true", 0), ("exit 3", 3), ("kill -9 $$", -9)])
def test_the_exit_code_is_the_commands(command, code, tmp_path):
    environment = {**os.environ, "DATABASE_URL": "postgres://", "REDIS_URL": "redis://", "PRM_HOME": str(tmp_path)}
    supervised = [sys.executable, "-m", "prm.embedded", "exec", "tryout", "--", "sh", "-c", f"sleep 0.6; {command}"]
    done = subprocess.run(supervised, cwd=ROOT, env=environment | {"PRM_END_WITH": str(os.getpid())}, check=False)
    assert done.returncode == (code if code >= 0 else 128 - code)


@ON_LINUX
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind_when_only_make_is_ended(ending, binaries, tmp_path):
    started = tmp_path / "started"
    command = f"{sys.executable} -m prm.embedded exec tryout -- sh -c 'touch {started}; sleep 60'"
    (tmp_path / "Makefile").write_text(f"run:\n\t@PRM_END_WITH=$$PPID exec {command}\n")
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with subprocess.Popen(
        ["make", "--file", str(tmp_path / "Makefile"), "run"],
        cwd=ROOT,
        env={**environment, "PRM_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as make:
        try:
            assert eventually(started.exists)
            make.send_signal(ending)
            make.wait(20)
        finally:
            make.kill()
    assert eventually(lambda: not any(str(tmp_path) in line for line in command_lines()))
    assert not State("tryout", tmp_path).is_locked()


COMMAND = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)"
