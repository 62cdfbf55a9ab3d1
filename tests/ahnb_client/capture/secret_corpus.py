"""Secrets as people have them, made up here, and what only looks like one.

The texts are put together from parts, so that no scanner takes this file for a leak. `NOISE` is
random but the same each time.
"""

import random
import string
from dataclasses import dataclass

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def noise(length: int, seed: int, letters: str = LETTERS) -> str:
    """Random letters, the same for the same seed."""
    return "".join(random.Random(seed).choices(letters, k=length))


@dataclass(frozen=True)
class Secret:
    """A secret as it is written down: under a name, with a text that must never be seen."""

    name: str
    value: str
    hidden: str

    @property
    def id(self) -> str:
        return self.name


def secret(name: str, *parts: str, hidden: str = "") -> Secret:
    value = "".join(parts)
    return Secret(name, value, hidden or value)


def login(name: str, before: str, password: str, after: str) -> Secret:
    """An address with a password in it."""
    return secret(name, before, password, after, hidden=password)


WITH_KNOWN_FORM = [
    # Their names say nothing; the form alone gives them away.
    secret("VALUE_1", "gh", "p_", noise(36, 1)),
    secret("VALUE_2", "github", "_pat_", noise(22, 2), "_", noise(59, 3)),
    secret("VALUE_3", "gl", "pat-", noise(20, 4)),
    secret("VALUE_4", "h", "f_", noise(34, 5)),
    secret("VALUE_5", "s", "k-", noise(48, 6)),
    secret("VALUE_6", "s", "k-proj-", noise(74, 7)),
    secret("VALUE_7", "s", "k-ant-api03-", noise(90, 8)),
    secret("VALUE_8", "xo", "xb-", noise(12, 9, string.digits), "-", noise(24, 10)),
    secret("VALUE_9", "https://hooks.", "slack.com/services/", "T0A/B0B/", noise(24, 11)),
    secret("VALUE_10", "s", "k_live_", noise(24, 12)),
    secret("VALUE_11", "wh", "sec_", noise(32, 13)),
    secret("VALUE_12", "AK", "IA", noise(16, 14, string.ascii_uppercase + "234567")),
    secret("VALUE_13", "AI", "za", noise(35, 15)),
    secret("VALUE_14", "ya", "29.", noise(60, 16)),
    secret("VALUE_15", "GOC", "SPX-", noise(28, 17)),
    secret("VALUE_16", "np", "m_", noise(36, 18)),
    secret("VALUE_17", "py", "pi-AgE", noise(60, 19)),
    secret("VALUE_18", "dck", "r_pat_", noise(27, 20)),
    secret("VALUE_19", "do", "p_v1_", noise(64, 21, HEX)),
    secret("VALUE_20", "S", "G.", noise(22, 22), ".", noise(43, 23)),
    secret("VALUE_21", "hv", "s.", noise(32, 24)),
    secret("VALUE_22", "da", "pi", noise(32, 25, HEX)),
    secret("VALUE_23", "r", "8_", noise(37, 26)),
    secret("VALUE_24", "g", "sk_", noise(52, 27)),
    secret("VALUE_25", "ey", "J", noise(30, 28), ".ey", "J", noise(40, 29), ".", noise(43, 30)),
    secret("VALUE_26", noise(9, 31, string.digits), ":AA", noise(33, 32)),
    secret("VALUE_27", "ah", "nb_", noise(8, 33), "_", noise(40, 34)),
    secret("VALUE_28", "glc", "_", noise(60, 35)),
    secret("VALUE_29", "nv", "api-", noise(64, 36)),
    secret("VALUE_30", "A", "GE-SECRET-", "KEY-1", noise(58, 37, string.ascii_uppercase + "02")),
]
WITH_TELLING_NAME = [
    # Their texts may be words; the name gives them away.
    secret("DB_PASSWORD", "correct", "horse7"),
    secret("MYSQL_PWD", "tig", "er9!x"),
    secret("aws_secret_access_key", noise(40, 40)),
    secret("WANDB_API_KEY", noise(40, 41, HEX)),
    secret("COMET_API_KEY", noise(25, 42)),
    secret("client_secret", noise(12, 43)),
    secret("private_key", noise(20, 44)),
    secret("access_token", noise(18, 45)),
    secret("REFRESH_TOKEN", noise(30, 46)),
    secret("authToken", noise(16, 47)),
    secret("token", noise(22, 48)),
    secret("passphrase", "open", "-sesame-4"),
    secret("smtp_credentials", noise(14, 49)),
    secret("x-api-key", noise(26, 50)),
    secret("encryption_key", noise(32, 51, HEX)),
    secret("AZURE_STORAGE_KEY", noise(86, 52), "=="),
    secret("connection_string", "Server=db;Pwd=", noise(14, 53), hidden=noise(14, 53)),
]
IN_ADDRESSES = [
    login("DATABASE_URL", "postgres://trainer:", noise(16, 60), "@db.example.org/runs"),
    login("REDIS_URL", "redis://:", noise(20, 61), "@cache.example.org:6379"),
    login("DATA_URL", "https://me:", "hunter" + "2pass", "@example.org/data.csv"),
    login("SIGNED_URL", "https://example.org/x?sig=", noise(43, 62), "&se=2030"),
    login("FEED_URL", "https://example.org/x?access_token=", noise(24, 63), "&page=2"),
]
IN_HEADERS = [
    login("HEADER", "Authorization: Bearer ", noise(32, 70), ""),
    login("BASIC", "Authorization: Basic ", noise(28, 71) + "==", ""),
]
RANDOM = [
    # Neither name nor form tells: only that nobody writes so.
    secret("SETTING_A", noise(32, 80)),
    secret("SETTING_B", noise(40, 81)),
    secret("SETTING_C", noise(48, 82)),
]
PRIVATE_KEY = "\n".join(
    [
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
        *(noise(64, seed) for seed in range(90, 94)),
        "-----END OPENSSH " + "PRIVATE KEY-----",
    ]
)
SECRETS = WITH_KNOWN_FORM + WITH_TELLING_NAME + IN_ADDRESSES + IN_HEADERS + RANDOM

HARMLESS = {
    "commit": noise(40, 100, HEX),
    "sha256": noise(64, 101, HEX),
    "md5": noise(32, 102, HEX),
    "weights_hash": noise(32, 103, HEX),
    "run_id": "0192f3aa-7c4e-7000-8000-0123456789ab",
    "uuid": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "image": "iVBORw0KGgo" + noise(200, 104),
    "payload": noise(120, 105),
    "checksum": "sha256-" + noise(43, 106) + "=",
    "etag": noise(32, 107),
    "layer": "block_14_depthwise_BN",
    "layers": "mixed_precision_conv2d_transpose_12",
    "name": "efficientnetv2-b3_21k_ft1k_notop",
    "model": "MobileNetV3LargeBackbone2024Small",
    "preset": "gemma2_instruct_9b_en_kv_cache_int8",
    "path": "/data/sets/imagenet21k/train-00042-of-01024.tfrecord",
    "module": "keras.src.layers.attention.multi_head_attention",
    "pad_token": "<pad>",
    "eos_token": "<|endoftext|>",
    "mask_token": "[MASK]",
    "max_tokens": "512",
    "tokenizer": "bert-base-multilingual-cased",
    "key_dim": "64",
    "sort_key": "val_accuracy",
    "monitor": "val_sparse_categorical_accuracy",
    "author": "Ada Lovelace",
    "seed": "20240229123456789",
    "url": "https://example.org/models/resnet50v2/weights.h5?download=1",
    "clone": "ssh://git@example.org/team/project.git",
    "started": "2026-02-29T12:34:56.789012+00:00",
    "flags": "--xla_gpu_autotune_level=4 --xla_dump_to=/tmp/x",
    "passes": "3",
}
