"""People: make, change, set a password."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from ahnb_platform.errors import Conflict, Invalid, Item

from . import audit, links, teams
from .models import Team, User
from .models.user import normalise_email

# Sent with `user`, inside the transaction that sets a password.
password_set = Signal()


def person_with_email(email: str) -> User | None:
    """The person of that address, in whatever spelling."""
    return User.objects.filter(email=normalise_email(email), service_team=None).first()


def create_person(
    *, email: str, by: User | None, name: str = "", home_team: Team | None = None
) -> User:
    """Make a person without a password: a one-time link is the way in.

    Raises:
        Invalid: not an e-mail address.
        Conflict: the address is taken.
    """
    email = checked_email(email)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name=name, home_team=home_team)
            audit.record("person.added", by=by, target=user, team=home_team)
    except IntegrityError as error:
        raise Conflict(f"{email} is known already.", code="email-taken") from error
    return user


def take_in(*, team: Team, email: str, role: int, by: User | None) -> tuple[User, bool]:
    """Add whoever has the address to a team, making the person when nobody has; whether it did.

    Raises:
        Invalid: not an e-mail address.
        Conflict: a member already.
    """
    with transaction.atomic():
        user = person_with_email(email)
        is_new = user is None
        if user is None:
            user = create_person(email=email, by=by, home_team=team)
        teams.add_member(team=team, user=user, role=role, by=by)
    return user, is_new


def set_password(*, user: User, password: str, by: User | None) -> User:
    """Set a password; it ends the person's other sessions and unused links.

    Raises:
        Invalid: too short, too common, or too like the person's name.
    """
    check_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        links.end_links(user)
        password_set.send(User, user=user)
        audit.record("account.password-set", by=by, target=user)
    return user


def update_profile(*, user: User, by: User | None, name: str, time_zone: str) -> User:
    """Set a person's name and time zone (an IANA name; empty: the browser's)."""
    with transaction.atomic():
        user.name, user.time_zone = name, time_zone
        user.save(update_fields=["name", "time_zone"])
        audit.record("person.changed", by=by, target=user)
    return user


def make_superuser(*, user: User, by: User | None) -> User:
    """Give every right in the admin site."""
    with transaction.atomic():
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        audit.record("person.made-superuser", by=by, target=user)
    return user


def check_password(password: str, user: User) -> None:
    """Raises Invalid for what `user` may not choose."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        items = tuple(Item("/password", "password", text) for text in error.messages)
        raise Invalid(" ".join(error.messages), code="password", items=items) from error


def checked_email(email: str) -> str:
    """The address in its one spelling. Raises Invalid."""
    email = normalise_email(email)
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(f"“{email}” is not an e-mail address.", code="email") from error
    return email
