"""Secrets are masked wherever they stand, everyday words of machine learning are not."""

import ast
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from ahnb_client.capture.secret_code import masked_code, masked_diff, masked_file
from ahnb_client.capture.secrets import (
    masked_command,
    masked_text,
    masked_tree,
    masked_variable,
)
from tests.ahnb_client.capture.secret_corpus import HARMLESS, PRIVATE_KEY, SECRETS, Secret

KEY_LINES = PRIVATE_KEY.split("\n")[1:-1]


def test_corpus_is_as_large_as_it_claims():
    assert len({secret.hidden for secret in SECRETS}) >= 50
    assert len(HARMLESS) >= 30


def leaks(mask: Callable[[Secret], str]) -> list[str]:
    """The secrets that are still to be seen."""
    return [secret.name for secret in SECRETS if secret.hidden in mask(secret)]


def test_settings_hide_secrets_however_deep():
    def tree(secret: Secret) -> Any:
        return {secret.name: secret.value, "a": [{"b": {secret.name: [secret.value]}}]}

    assert leaks(lambda secret: json.dumps(masked_tree(tree(secret)))) == []


def test_command_hides_secrets_in_both_forms():
    for form in (["t.py", "--{0}", "{1}", "-v"], ["t.py", "--{0}={1}", "-v"], ["t.py", "{0}={1}"]):

        def masked(secret: Secret, form: list[str] = form) -> str:
            command = [part.format(secret.name, secret.value) for part in form]
            shown = masked_command(command)
            assert (len(shown), shown[0]) == (len(form), "t.py")
            return " ".join(shown)

        assert leaks(masked) == []


def test_variables_of_the_environment_hide_secrets():
    assert leaks(lambda secret: masked_variable(f"SLURM_{secret.name}", secret.value)) == []


@pytest.mark.parametrize(
    "line",
    [
        "{variable} = '{value}'",
        'settings = {{"{name}": "{value}", "width": 3}}',
        "service = connect(width=3, {variable}={value!r}, height=4)",
        'key = os.environ.get("{name}", "{value}")',
        'os.environ["{name}"] = f"{value}"',
        'def connect({variable}: str = "{value}") -> None: ...',
    ],
)
def test_code_hides_secrets_and_stays_code(line):
    def masked(secret: Secret) -> str:
        variable = secret.name.replace("-", "_")
        code = masked_code(line.format(variable=variable, name=secret.name, value=secret.value))
        assert ast.unparse(ast.parse(code))
        return code

    assert leaks(masked) == []


@pytest.mark.parametrize(
    "line",
    [
        "%env {0}={1}",
        "!train --{0} {1}",
        "x = 3  # {0}={1}",
        "%%bash\nexport {0}={1}",
    ],
)
def test_cell_hides_secrets_in_magics_and_comments(line):
    assert leaks(lambda secret: masked_code(line.format(secret.name, secret.value))) == []


@pytest.mark.parametrize("line", ["{0}={1}", "{0}: {1}", '  "{0}": "{1}",', "cannot use {0}={1}."])
def test_other_files_and_texts_hide_secrets(line):
    for mask in (masked_text, partial(masked_file, "settings.yaml")):
        assert leaks(lambda one, mask=mask: mask(line.format(one.name, one.value))) == []


def test_diff_hides_secrets_in_added_removed_and_kept_lines():
    def masked(secret: Secret) -> str:
        code = f'{secret.name.replace("-", "_")} = "{secret.value}"'
        diff = diff_of("train.py", [f"+{code}", f"-{code}", f" {code}"])
        shown, left_out = masked_diff(diff)
        assert (shown.count("\n"), left_out) == (diff.count("\n"), [])
        assert [row[0] for row in shown.splitlines()[-3:]] == ["+", "-", " "]
        return shown

    assert leaks(masked) == []


def test_private_key_is_hidden_in_text_code_and_diff():
    diff = diff_of("a.txt", [f"+{line}" for line in PRIVATE_KEY.split("\n")])
    in_json = json.dumps({"key": PRIVATE_KEY})
    for masked in (masked_text(PRIVATE_KEY), masked_code(in_json), masked_diff(diff)[0]):
        assert not any(line in masked for line in KEY_LINES)
        assert "PRIVATE KEY" in masked


@pytest.mark.parametrize("path", [".env", "conf/.env.local", "id_rsa", "a.pem", "my-secrets.json"])
def test_file_made_for_secrets_is_left_out_of_a_diff(path):
    other = diff_of("train.py", ["+x = 1"])
    assert masked_diff(diff_of(path, ["+A=b"]) + other) == (other, [path])


def test_binary_file_is_left_out_of_a_diff():
    head = "diff --git a/w.npy b/w.npy\nindex 1..2 100644\n"
    assert masked_diff(f"{head}Binary files a/w.npy and b/w.npy differ\n") == ("", ["w.npy"])


def test_few_harmless_texts_are_masked():
    places = {
        "param": {k: masked_tree({k: v})[k] != v for k, v in HARMLESS.items()},
        "code": {k: masked_code(f'{k} = "{v}"') != f'{k} = "{v}"' for k, v in HARMLESS.items()},
        "command": {k: masked_command([f"--{k}", v])[1] != v for k, v in HARMLESS.items()},
        "text": {k: masked_text(f"{k}={v}") != f"{k}={v}" for k, v in HARMLESS.items()},
    }
    masked = [(place, k) for place, told in places.items() for k, hidden in told.items() if hidden]
    assert len(masked) <= 2, masked


@pytest.mark.parametrize(
    "code",
    [
        "token = tokens[index]",
        "api_key = os.environ['API_KEY']",
        'headers = {"Authorization": f"Bearer {key}"}',
        'password = getpass.getpass("Password: ")',
        'names = ("USER", "PASSWORD", "HOST")',
        "key = jax.random.key(0)",
        'secret = ""',
        'url = f"postgres://{user}:{password}@{host}/runs"',
        'parser.add_argument("--token", help="how to log in")',
        'tokenizer = Tokenizer(unk_token="[UNK]", pad_token="<pad>")',
        'cache_key = "train_split"',
    ],
)
def test_everyday_code_is_left_alone(code):
    assert masked_code(code) == code


@pytest.mark.parametrize(
    "text",
    ["max_tokens=512", "tokenizer=bert", "monitor=val_loss", "key_dim=64", "a plain sentence: ok"],
)
def test_everyday_text_is_left_alone(text):
    assert masked_text(text) == text


def test_values_of_secret_options_are_masked_in_both_forms():
    command = ["t.py", "--token", "abc", "--api-key=abc", "--lr", "0.1", "--password", "-v"]
    assert masked_command(command) == [
        "t.py",
        "--token",
        "***",
        "--api-key=***",
        "--lr",
        "0.1",
        "--password",
        "-v",
    ]


def test_numbers_under_a_secret_name_are_masked_too():
    assert masked_tree({"password": 123456, "width": 3, "secret": True}) == {
        "password": "***",
        "width": 3,
        "secret": True,
    }


def test_endless_line_is_not_kept():
    assert len(masked_text("x" * 30_000)) < 100


def diff_of(path: str, lines: list[str]) -> str:
    """A diff of git for one file."""
    head = f"diff --git a/{path} b/{path}\nindex 1..2 100644\n--- a/{path}\n+++ b/{path}\n"
    return head + "@@ -1,9 +1,9 @@ def train():\n" + "".join(f"{line}\n" for line in lines)
