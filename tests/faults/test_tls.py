"""F13: a certificate that cannot be trusted. Not one byte of the token is sent, nor http tried."""

import ssl
import subprocess
from pathlib import Path

import pytest

from tests.faults.proxy import FaultProxy, faulty
from tests.faults.scene import Scene
from tests.live import LiveServer

pytestmark = pytest.mark.django_db

# Name in the certificate, and how it is dated.
CASES = {
    "trusted": ("127.0.0.1", ["-days", "2"]),
    "wrong host": ("127.0.0.9", ["-days", "2"]),
    "expired": ("127.0.0.1", ["-days", "-1"]),
}


def openssl(*arguments: str, folder: Path) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"openssl makes no such certificate here: {done.stderr.decode()[-200:]}")


def certified(case: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for a certificate, and the authority that signed it."""
    host, dates = CASES[case]
    key = ["-newkey", "rsa:2048", "-nodes"]
    authority = ["-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem"]
    openssl("req", "-x509", *key, *authority, "-days", "2", folder=folder)
    openssl("req", *key, "-subj", f"/CN={host}", "-keyout", "s.key", "-out", "s.csr", folder=folder)
    (folder / "names").write_text(f"subjectAltName=IP:{host}\n")
    sign = ["x509", "-req", "-in", "s.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
    openssl(*sign, "-extfile", "names", *dates, "-out", "s.pem", folder=folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "s.pem", folder / "s.key")
    return context, folder / "ca.pem"


def record_through(proxy: FaultProxy, scene: Scene, authority: Path) -> str:
    """What the program said that recorded to the proxy over TLS."""
    training = scene.loop(
        100,
        AHNB_SERVER=proxy.url.replace("http://", "https://"),
        AHNB_EXIT_TIMEOUT="5",
        SSL_CERT_FILE=str(authority),
        REQUESTS_CA_BUNDLE=str(authority),
    )
    assert training.wait() == 0
    return training.errors


@pytest.mark.parametrize("case", ["wrong host", "expired"])
def test_a_certificate_that_cannot_be_trusted_gets_no_token(
    scene: Scene, server: LiveServer, tmp_path: Path, case: str
) -> None:
    """0 requests, so 0 bytes of the token, in either scheme; one line; the records stay."""
    context, authority = certified(case, tmp_path)
    with faulty(server.address, context) as proxy:
        errors = record_through(proxy, scene, authority)
        assert proxy.seen == []
    assert errors.count("no trusted connection") >= 1
    assert len(scene.left) == 1


def test_an_authority_nobody_knows_gets_no_token(
    scene: Scene, server: LiveServer, tmp_path: Path
) -> None:
    context, _ = certified("trusted", tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _, authority = certified("trusted", other)
    with faulty(server.address, context) as proxy:
        record_through(proxy, scene, authority)
        assert proxy.seen == []
    assert len(scene.left) == 1
