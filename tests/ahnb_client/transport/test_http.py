"""HTTP: where the token goes, how much is read, how long is waited."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ahnb_client.errors import Rejected, ServerUnreachable
from ahnb_client.transport.http import Server
from ahnb_client.version import __version__

from ..server import KEY, Fault, Store, StubServer, free_port, serving


@contextmanager
def raw_server(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with its first connection whatever it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                handle(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


def test_requests_carry_token_and_version(server: StubServer, store: Store) -> None:
    assert Server(server.address, KEY).me()["user"] == "alice@example.org"
    headers = store.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["user-agent"] == f"ahnb-client/{__version__}"


def test_the_token_shows_nowhere() -> None:
    server = Server("http://127.0.0.1:1", KEY)
    assert KEY not in repr(server)
    assert KEY not in server.send("GET", "me/").reason


def test_a_proxy_of_the_environment_is_not_used_on_this_machine(
    server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert Server(server.address, KEY).me()


def test_a_redirect_on_the_same_host_is_followed_with_the_method(
    server: StubServer, store: Store
) -> None:
    def moved(request: object) -> Fault | None:
        if len(store.requests) > 1:
            return None
        return Fault(308, b"", {"Location": "/api/v1/runs/new/"})

    store.fault = moved
    assert Server(server.address, KEY).put_run("old", {"project": "a/b"}).status == 201
    assert [request.method for request in store.requests] == ["PUT", "PUT"]


def test_a_redirect_to_another_host_is_not_followed(server: StubServer, store: Store) -> None:
    other = Store()
    with serving(other) as elsewhere:
        target = elsewhere.address.replace("127.0.0.1", "localhost")
        for location in (target, elsewhere.address, f"//localhost:{elsewhere.server_port}/x"):
            store.fault = lambda request, to=location: Fault(307, b"", {"Location": to})
            assert Server(server.address, KEY).put_run("x", {}).status is None
    assert other.requests == []


def test_redirects_come_to_an_end(server: StubServer, store: Store) -> None:
    store.fault = lambda request: Fault(307, b"", {"Location": request.path})
    assert Server(server.address, KEY).send("GET", "me/").status is None
    assert len(store.requests) == 3


def test_an_endless_answer_is_cut_off() -> None:
    def babble(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        try:
            while True:
                connection.sendall(b"x" * 65536)
        except OSError:
            return

    with raw_server(babble) as address:
        answer = Server(address, KEY).send("GET", "me/")
    assert answer.status is None
    assert "end" in answer.reason


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    def break_off(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"acked": 1')

    with raw_server(break_off) as address:
        assert Server(address, KEY).send("GET", "me/").status is None


def test_a_trickling_answer_is_read_as_it_comes() -> None:
    def trickle(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")
        for byte in b'{"user": 12}':
            connection.sendall(bytes([byte]))
            time.sleep(0.005)

    with raw_server(trickle) as address:
        assert Server(address, KEY).me() == {"user": 12}


@pytest.mark.parametrize("garbage", [b"", b"\0\xff", b"[1]", b"[" * 100_000, b'{"a": '])
def test_answers_that_are_no_document_are_empty(
    server: StubServer, store: Store, garbage: bytes
) -> None:
    store.fault = lambda request: Fault(200, garbage)
    answer = Server(server.address, KEY).send("GET", "me/")
    assert (answer.status, answer.document) == (200, {})


def test_whom_a_token_belongs_to_is_asked_or_refused(server: StubServer, store: Store) -> None:
    with pytest.raises(Rejected) as refused:
        Server(server.address, "ahnb_wrong").me()
    assert refused.value.status == 401
    with pytest.raises(ServerUnreachable):
        Server(f"http://127.0.0.1:{free_port()}", KEY).me()
    store.fault = lambda request: Fault(200, b"<html>Sign in to the hotel</html>")
    with pytest.raises(ServerUnreachable, match="no AHNB server"):
        Server(server.address, KEY).me()
