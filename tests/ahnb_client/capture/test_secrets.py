"""Secrets are masked, everyday words of machine learning are not."""

import pytest

from ahnb_client.capture.secrets import masked_command, masked_text


@pytest.mark.parametrize(
    "text",
    [
        "api_key=s3cr3tvalue",
        "AWS_SECRET_ACCESS_KEY: s3cr3tvalue",
        '{"password": "s3cr3tvalue"}',
        "https://me:s3cr3tvalue@example.org/data",
        "Authorization: Bearer s3cr3tvalue",
        "https://example.org/?access_token=s3cr3tvalue&page=2",
        "ahnb_abcdef_s3cr3tvalue",
        "hf_s3cr3tvalues3cr3tvalue",
        "DB_PASSWD='s3cr3tvalue'",
    ],
)
def test_secret_is_masked(text):
    masked = masked_text(text)
    assert "s3cr3tvalue" not in masked
    assert "***" in masked


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
