import stat

import pytest

from prm.embedded.console import CannotRunError
from prm.embedded.state import State


def test_a_second_run_of_the_same_checkout_is_refused_and_told_who_runs(state, tmp_path):
    with pytest.raises(CannotRunError, match=r"already running from this checkout \(process \d+\)"):
        State("tryout", tmp_path).acquire()


def test_another_name_and_another_checkout_are_free(state, tmp_path, tmp_path_factory):
    for other in (State("other", tmp_path), State("tryout", tmp_path_factory.mktemp("clone"))):
        other.acquire()
        other.release()


def test_the_lock_is_seen_from_outside_and_free_after_release(state, tmp_path):
    outside = State("tryout", tmp_path)
    assert outside.is_locked()
    state.release()
    assert not outside.is_locked()
    outside.acquire()
    outside.release()


def test_secrets_are_long_different_kept_and_private(state, tmp_path, tmp_path_factory):
    assert len(state.secret("django")) >= 50
    assert state.secret("django") != state.secret("postgres")
    assert State("tryout", tmp_path).secret("django") == state.secret("django")
    clone = State("tryout", tmp_path_factory.mktemp("clone"))
    clone.acquire()
    assert clone.secret("django") != state.secret("django")
    clone.release()
    assert stat.S_IMODE((state.directory / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.directory.stat().st_mode) == 0o700


def test_connections_are_published_only_while_the_services_run(state):
    assert state.published() is None
    state.publish({"DATABASE_URL": "postgres://…"})
    assert state.published() == {"DATABASE_URL": "postgres://…"}
    state.withdraw()
    assert state.published() is None


def test_a_long_log_is_put_aside(state):
    (state.directory / "web.log").write_bytes(b"x" * 10_000_001)
    assert not state.log("web").exists()
    assert (state.directory / "web.log.old").stat().st_size == 10_000_001
