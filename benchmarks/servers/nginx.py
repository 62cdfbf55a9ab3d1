"""nginx before processes of the server on loopback, with what `deploy/nginx` says."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .process import ROOT, await_port, free_port

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log {access};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/ahnb-upstream.conf;
    include {folder}/ahnb.conf;
}}
"""


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return certificate, key


def upstream(ports: Sequence[int]) -> str:
    """The list of `deploy/` with these processes."""
    text = (ROOT / "deploy/nginx/ahnb-upstream.conf").read_text()
    servers = "".join(f"    server 127.0.0.1:{n} max_fails=0;\n" for n in ports)
    return re.sub(r"(    server 127\.0\.0\.1:\d+ .*\n)+", servers, text)


def configured(folder: Path, port: int, *, tls: bool) -> str:
    """The configuration of `deploy/` on this port of loopback."""
    text = (ROOT / "deploy/nginx/ahnb.conf").read_text()
    text = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
    text = text.replace("ahnb.example.org", "127.0.0.1 localhost")
    if tls:
        certificate, key = self_signed(folder)
        text = text.replace("/etc/ssl/ahnb/fullchain.pem", str(certificate))
        text = text.replace("/etc/ssl/ahnb/privkey.pem", str(key))
        return text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;")
    text = re.sub(r"^\s+ssl_.*\n", "", text, flags=re.MULTILINE)
    return text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")


def written(folder: Path, ports: Sequence[int], port: int, *, tls: bool, logged: bool) -> Path:
    """The main configuration, beside which everything lies that it names."""
    folder.mkdir(exist_ok=True)
    (folder / "ahnb-upstream.conf").write_text(upstream(ports))
    (folder / "ahnb.conf").write_text(configured(folder, port, tls=tls))
    access = f"{folder}/access.log" if logged else "off"
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, access=access))
    return folder / "nginx.conf"


@contextmanager
def proxying(
    ports: Sequence[int], folder: Path, *, tls: bool = False, logged: bool = False
) -> Iterator[int]:
    """The port of nginx before the processes on `ports`."""
    assert PROGRAM is not None
    port = free_port()
    main = written(folder, ports, port, tls=tls, logged=logged)
    log = folder / "started.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [PROGRAM, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        await_port(process, port, log)
        yield port
    finally:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
