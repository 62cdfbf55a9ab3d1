"""What each answer of a server means."""

import itertools
from typing import Any

import pytest

from ahnb_client.transport.answers import (
    Answer,
    Backoff,
    Verdict,
    is_batch_answer,
    retry_after,
    verdict,
)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, Verdict.RETRY),
        *zip((100, 301, 302, 304, 307), itertools.repeat(Verdict.RETRY)),
        *zip((408, 425, 429, 500, 501, 502, 503, 504, 507, 599), itertools.repeat(Verdict.RETRY)),
        *zip((401, 403, 426), itertools.repeat(Verdict.HOLD)),
        *zip((404, 410), itertools.repeat(Verdict.GONE)),
        (413, Verdict.TOO_LARGE),
        *zip((400, 402, 405, 409, 415, 422, 451), itertools.repeat(Verdict.REFUSED)),
    ],
)
def test_each_status_has_its_meaning(status: int | None, expected: Verdict) -> None:
    assert verdict(Answer(status), is_ours=True) is expected


@pytest.mark.parametrize("status", [200, 201, 202, 204, 207])
def test_success_counts_only_in_our_form(status: int) -> None:
    assert verdict(Answer(status), is_ours=True) is Verdict.ACCEPTED
    assert verdict(Answer(status), is_ours=False) is Verdict.RETRY


def test_a_certificate_that_cannot_be_trusted_waits_for_a_person() -> None:
    assert verdict(Answer(None, needs_person=True), is_ours=False) is Verdict.HOLD


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"acked": 1},
        {"acked": 1, "rejected": None},
        {"acked": -1, "rejected": []},
        {"acked": "1", "rejected": []},
        {"acked": True, "rejected": []},
    ],
    ids=str,
)
def test_an_acknowledgement_has_a_number_and_a_list(document: dict[str, Any]) -> None:
    assert not is_batch_answer(document)
    assert is_batch_answer({"acked": 0, "duplicate": False, "rejected": []})


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("31536000", 600),
        ("1e999", 600),
        ("nan", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:01:07 GMT", 7),
        ("Thu, 01 Jan 1970 00:00:07 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 600),
        ("Thu, 99 Jan 1970 00:00:07 GMT", None),
    ],
)
def test_retry_after_is_understood_and_bounded(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=60.0) == seconds


def test_pauses_grow_with_jitter_up_to_a_minute() -> None:
    pauses = [max(_pauses(failure) for _ in range(50)) for failure in range(12)]
    assert pauses[0] < 0.6
    assert pauses[3] > pauses[0]
    assert 30 < max(pauses) < 61
    assert len({_pauses(5) for _ in range(20)}) == 20


def _pauses(failures: int) -> float:
    backoff = Backoff()
    backoff.failures = failures
    return backoff.fail()
