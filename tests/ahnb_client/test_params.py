"""The person's parameters: read like a dict, each change recorded."""

from typing import Any

import pytest

from ahnb_client.params import Params


def test_params_are_read_and_set_like_a_dict() -> None:
    recorded: list[tuple[str, Any]] = []
    params = Params(lambda kind, data: recorded.append((kind, data)), {"rate": 0.1})
    params["width"] = 4
    params.update({"depth": 2}, seed=7)
    assert params.setdefault("width", 8) == 4
    assert params.setdefault("kind", "wide") == "wide"
    params |= {"rate": 0.2}
    assert dict(params) == {"rate": 0.2, "width": 4, "depth": 2, "seed": 7, "kind": "wide"}
    assert ("width" in params, len(params), params.get("none")) == (True, 5, None)
    assert recorded == [
        ("params", {"rate": 0.1}),
        ("params", {"width": 4}),
        ("params", {"depth": 2, "seed": 7}),
        ("params", {"kind": "wide"}),
        ("params", {"rate": 0.2}),
    ]


def test_secret_is_kept_for_the_person_and_masked_in_the_record() -> None:
    recorded: list[Any] = []
    params = Params(lambda kind, data: recorded.append(data), {})
    params["api_key"] = "hf_abcdefghijklmnopqrstuv"
    assert params["api_key"] == "hf_abcdefghijklmnopqrstuv"
    assert recorded == [{"api_key": "***"}]
    with pytest.raises(KeyError):
        params["width"]
