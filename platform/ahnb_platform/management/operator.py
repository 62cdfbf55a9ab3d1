"""What the commands of the operator share."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from ahnb_platform import serving
from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import User
from ahnb_platform.errors import DomainError, Invalid, one_line


@contextmanager
def prepared() -> Iterator[None]:
    """Bring the database up to date first; say in one line what is refused or unreachable."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            serving.migrate()
        yield
    except DomainError as error:
        raise CommandError(error.detail) from error
    except OperationalError as error:
        raise CommandError(one_line(error)) from error


def known_person(email: str) -> User:
    """The person with this address.

    Raises:
        Invalid: nobody has it.
    """
    user = people.person_with_email(email)
    if user is None:
        raise Invalid(f"Nobody has the address {email}: adduser adds people.")
    return user
