"""The files of containers and clusters, judged by the tools that know them, without network."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
DOCKERFILES = ["Dockerfile", "deploy/pgbouncer/Dockerfile"]
KUBERNETES = ROOT / "deploy/kubernetes"
COMPOSE = ROOT / "deploy/compose"
# What another nginx than the distribution's knows.
NEWER = {"server server:8765 resolve": "server 127.0.0.1:8765"}


def done(*command: str | Path, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """A command that must succeed."""
    ran = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


@pytest.mark.parametrize("name", DOCKERFILES)
def test_dockerfiles_are_sound(name: str) -> None:
    assert done(TOOLS / "hadolint", name).stdout == ""


def copied() -> list[str]:
    """The sources of each COPY of the checkout's Dockerfile that are not of another stage."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    copies = [line.split()[1:] for line in lines if line.startswith("COPY ")]
    return [word for words in copies if "--from" not in words[0] for word in words[:-1]]


@pytest.mark.parametrize("source", sorted(set(copied())))
def test_what_the_image_is_made_of_is_there_and_sent_along(source: str) -> None:
    assert (ROOT / source).exists()
    sent = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    ]
    assert any(source == one or source.startswith(f"{one}/") for one in sent)


def test_an_image_runs_as_nobody_and_keeps_nothing_in_itself() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "USER 10001:10001" in text
    assert "HEALTHCHECK" in text
    assert text.count("--require-hashes") == 2


def test_the_compose_file_is_one() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    done(TOOLS / "check-jsonschema", *schema, "compose.yaml")


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    script = tmp_path / "compose-secrets"
    shutil.copy(ROOT / "deploy/compose-secrets", script)
    (tmp_path / "compose").mkdir()
    done(script, "ahnb.company.example")
    made = {path.name: path.read_bytes() for path in (tmp_path / "compose/secrets").iterdir()}
    wanted = re.findall(r"deploy/compose/secrets/([\w.]+)", (ROOT / "compose.yaml").read_text())
    assert set(made) == set(wanted)
    assert len(made["secret_key"]) >= 50
    assert made["database_password"] in made["database_url"]
    assert made["database_password"] in made["userlist.txt"]
    done(script)
    assert {name: (tmp_path / "compose/secrets" / name).read_bytes() for name in made} == made


def test_files_that_the_compose_file_names_are_there() -> None:
    for name in re.findall(r"file: (deploy/\S+?)}", (ROOT / "compose.yaml").read_text()):
        assert (ROOT / name).exists() or "/secrets/" in name, name


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_the_proxy_of_the_compose_file_is_understood(tmp_path: Path) -> None:
    text = (COMPOSE / "upstream.conf").read_text()
    for newer, older in NEWER.items():
        assert newer in text
        text = text.replace(newer, older)
    text += (ROOT / "deploy/nginx/ahnb.conf").read_text()
    make = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "1")
    done("openssl", *make, "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem")
    text = text.replace("/etc/ssl/ahnb", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    done("nginx", "-t", "-c", whole, "-p", tmp_path)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
@pytest.mark.parametrize("folder", ["base", "overlays/example"])
def test_manifests_are_built_and_valid(folder: str, tmp_path: Path) -> None:
    built = tmp_path / "built.yaml"
    built.write_text(done("kubectl", "kustomize", KUBERNETES / folder).stdout)
    done(TOOLS / "kubernetes-validate", "--strict", built)


def test_manifests_are_valid_without_kubectl() -> None:
    files = sorted(path for path in (KUBERNETES / "base").glob("*.yaml"))
    kinds = [path for path in files if path.name != "kustomization.yaml"]
    assert len(kinds) >= 6
    done(TOOLS / "kubernetes-validate", "--strict", *kinds)


def test_pods_may_nothing_that_they_need_not() -> None:
    for name in ("server", "worker", "migrate"):
        text = (KUBERNETES / f"base/{name}.yaml").read_text()
        for word in (
            "runAsNonRoot: true",
            "readOnlyRootFilesystem: true",
            "allowPrivilegeEscalation: false",
            "capabilities: {drop: [ALL]}",
            "automountServiceAccountToken: false",
            "seccompProfile: {type: RuntimeDefault}",
        ):
            assert word in text, (name, word)


def test_the_image_of_pgbouncer_has_the_file_of_a_machine_but_for_its_addresses() -> None:
    """One file with remarks; its Dockerfile puts other addresses into it."""
    text = (ROOT / "deploy/pgbouncer/pgbouncer.ini").read_text()
    steps = (ROOT / "deploy/pgbouncer/Dockerfile").read_text()
    changes = re.findall(r"-e '(s\|[^']+)'", steps)
    ran = subprocess.run(
        ["sed", *(word for change in changes for word in ("-e", change))],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = text.splitlines(), ran.stdout.splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed[0].startswith("ahnb = host=database port=5432 ")
    assert changed[1:] == ["listen_addr = 0.0.0.0", "unix_socket_dir ="]
