"""A kept connection is known to be closed without a question to the server."""

import time

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_open_connection_is_usable() -> None:
    connection.ensure_connection()
    assert connection.is_usable()


def test_one_that_the_server_closed_is_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    finally:
        other.close()
    deadline = time.monotonic() + 10
    while connection.is_usable() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not connection.is_usable()
    connection.close()


def test_one_that_was_closed_here_is_not() -> None:
    connection.ensure_connection()
    connection.close()
    assert not connection.is_usable()
