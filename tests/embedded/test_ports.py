import socket

import pytest

from prm.embedded import ports
from prm.embedded.console import CannotRunError

pytestmark = pytest.mark.alone


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_not_free(taken):
    assert not ports.is_free(taken)


def test_a_taken_preferred_port_is_replaced_by_a_free_one(taken):
    port = ports.free_port(taken)
    assert port != taken
    assert ports.is_free(port)
    assert ports.free_port(port) == port


def test_without_a_wish_the_web_server_takes_another_port_and_says_so(taken, monkeypatch, capsys):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setattr(ports, "DEFAULT_WEB_PORT", taken)
    assert ports.web_port() != taken
    assert f"Port {taken} is taken" in capsys.readouterr().out


def test_a_wished_port_is_used(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("PORT", str(port))
    assert ports.web_port() == port


def test_a_wished_port_that_is_taken_is_an_error(taken, monkeypatch):
    monkeypatch.setenv("PORT", str(taken))
    with pytest.raises(CannotRunError, match=f"Port {taken} is taken"):
        ports.web_port()


@pytest.mark.parametrize("wish", ["web", "0", "65536", "-1", "80.5"])
def test_a_wish_that_is_no_port_is_an_error(wish, monkeypatch):
    monkeypatch.setenv("PORT", wish)
    with pytest.raises(CannotRunError, match="is not a port number"):
        ports.web_port()
