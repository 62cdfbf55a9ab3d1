"""S14: the server cannot be sent to its own network by an address that somebody types."""

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ahnb_platform.outgoing.addresses import Refused, places_of, resolved, target_of
from ahnb_platform.outgoing.sending import Sender

from ..faults.test_tls import certified

FORMS = [
    "http://example.org/hook",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "//example.org/",
    "example.org/hook",
    "https:///hook",
    "https://",
    "https://user:password@example.org/",
    "https://example.org@127.0.0.1/",
    "https://example.org\\@127.0.0.1/",
    "https://example.org:22/",
    "https://example.org:6379/",
    "https://example.org:99999/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1.:443/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:53aa:64c:0:5efe:7f00:1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.7/",
    "https://172.16.5.4/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://ⓔxample.org/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://exa mple.org/",
    "https://example.org/\r\nHost: 127.0.0.1",
    "https://example.org\t.internal/",
    "https://example.org#@127.0.0.1/",
    f"https://{'a' * 1000}.org/",
]
INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "224.0.0.1", "::1", "::", "fe80::1", "fd12::1", "::ffff:10.0.0.1",
    "64:ff9b::a00:1", "2002:a00:1::", "fec0::1", "::ffff:0:7f00:1",
]  # fmt: skip


@pytest.mark.parametrize("url", FORMS)
def test_address_is_refused_by_its_form(url: str) -> None:
    with pytest.raises(Refused):
        target_of(url)


@pytest.mark.parametrize(
    "url",
    ["https://example.org", "https://hooks.example.org:8443/a/b?c=d", "https://93.184.215.14/",
     "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/"],
)  # fmt: skip
def test_public_address_is_taken(url: str) -> None:
    assert target_of(url).scheme == "https"


@pytest.mark.parametrize("inside", INSIDE)
def test_name_that_leads_inside_is_refused(inside: str) -> None:
    target = target_of("https://example.org/")
    for found in ([inside], ["93.184.215.14", inside]):
        with pytest.raises(Refused):
            places_of(target, lambda _host, _port, found=found: found)


def test_loopback_by_name_is_refused_by_the_resolver_of_the_system() -> None:
    with pytest.raises(Refused):
        places_of(target_of("https://localhost/"), resolved)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted to it; answers with `server.status`."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("Location", self.server.location)  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(b"SECRET-OF-THE-ANSWER")

    def log_message(self, *_: object) -> None: ...


class Place(http.server.ThreadingHTTPServer):
    """A server on loopback."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.names: list[str | None] = []
        self.status, self.location = 204, "/"
        if context is not None:
            context.sni_callback = lambda _sock, name, _context: self.names.append(name)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_port


@pytest.fixture
def place() -> Iterator[Place]:
    server = Place()
    yield server
    server.shutdown()
    server.server_close()


def test_resolver_that_changes_its_answer_cannot_move_the_connection(place: Place) -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        # TEST-NET-like public address first; loopback for whoever asks again.
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    sender = Sender(resolve=rebinding, seconds=0.5)
    outcome = sender.post(f"https://rebind.example:{8443}/", b"{}", {})
    assert not outcome.is_good
    assert asked == ["rebind.example"]
    assert place.got == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(place: Place, status: int) -> None:
    other = Place()
    place.status, place.location = status, f"http://127.0.0.1:{other.port}/inner"
    outcome = Sender(exceptions=["127.0.0.1"]).post(f"http://127.0.0.1:{place.port}/", b"{}", {})
    assert (outcome.status, outcome.is_good) == (status, False)
    assert "redirect" in outcome.fault
    assert other.got == []
    other.shutdown()
    other.server_close()


def test_delivery_over_tls_to_a_named_exception(tmp_path: Path) -> None:
    context, authority = certified("trusted", tmp_path)
    receiver = Place(context)
    url = f"https://127.0.0.1:{receiver.port}/hook?a=b"
    trusted = ssl.create_default_context(cafile=str(authority))
    sender = Sender(exceptions=[f"127.0.0.1:{receiver.port}"], context=trusted)
    outcome = sender.post(url, b'{"a": 1}', {"Content-Type": "application/json"})
    assert (outcome.status, outcome.fault) == (204, "")
    [(path, headers, body)] = receiver.got
    assert (path, body) == ("/hook?a=b", b'{"a": 1}')
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
    # Neither without the operator's word nor with an authority that nobody trusts.
    assert not Sender(context=trusted).post(url, b"", {}).is_good
    untrusted = Sender(exceptions=["127.0.0.1"]).post(url, b"", {})
    assert "No trusted connection" in untrusted.fault
    assert len(receiver.got) == 1
    receiver.shutdown()
    receiver.server_close()


def test_name_is_looked_up_once_and_stands_in_tls_and_host(tmp_path: Path) -> None:
    context, authority = certified("trusted", tmp_path)
    receiver = Place(context)
    trusted = ssl.create_default_context(cafile=str(authority))
    trusted.check_hostname = False  # the certificate is for the number
    sender = Sender(
        exceptions=["hooks.internal"], resolve=lambda *_: ["127.0.0.1"], context=trusted
    )
    outcome = sender.post(f"https://hooks.internal:{receiver.port}/", b"{}", {})
    assert outcome.is_good
    assert receiver.names == ["hooks.internal"]
    assert receiver.got[0][1]["Host"] == f"hooks.internal:{receiver.port}"
    receiver.shutdown()
    receiver.server_close()


def drip(listener: socket.socket, over: threading.Event) -> None:
    """A server that answers a byte at a time and never ends."""
    connection, _ = listener.accept()
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.05):
        try:
            connection.sendall(b"a")
        except OSError:
            break
    connection.close()


def test_answer_that_drips_is_cut_off() -> None:
    listener, over = socket.create_server(("127.0.0.1", 0)), threading.Event()
    thread = threading.Thread(target=drip, args=(listener, over))
    thread.start()
    sender = Sender(exceptions=["127.0.0.1"], seconds=0.5)
    outcome = sender.post(f"http://127.0.0.1:{listener.getsockname()[1]}/", b"", {})
    over.set()
    thread.join()
    listener.close()
    assert outcome.fault == "It took too long."
    assert outcome.ms >= 400


def test_answer_itself_is_not_kept(place: Place) -> None:
    place.status = 500
    send: Callable[..., object] = Sender(exceptions=["127.0.0.1"]).post
    outcome = send(f"http://127.0.0.1:{place.port}/", b"", {})
    assert "SECRET" not in repr(outcome)
    assert "500" in repr(outcome)
