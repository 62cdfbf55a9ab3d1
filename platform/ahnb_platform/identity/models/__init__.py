"""What identity keeps."""

from .connection import Connection, Domain, ExternalIdentity, Kind, SamlAnswer
from .policy import TeamPolicy
from .scim import ScimGroup, ScimPerson
from .session import Session

__all__ = [
    "Connection",
    "Domain",
    "ExternalIdentity",
    "Kind",
    "SamlAnswer",
    "ScimGroup",
    "ScimPerson",
    "Session",
    "TeamPolicy",
]
