"""What each writing route is sent so that it does its work; {…} is filled in from the world."""

from typing import Any

PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple paper clip"
PROJECT = "/projects/<team_slug>/<project_slug>"
TEAM = "/teams/<team_slug>"
RUN = "/runs/<run_id>"

FORMS: dict[str, dict[str, str]] = {
    "/projects/new/": {"team": "vision", "name": "Letters", "slug": "letters"},
    f"{PROJECT}/views/": {"name": "tuning", "address": "q=number > 1"},
    f"{PROJECT}/views/<view_id>/change/": {"act": "share"},
    f"{PROJECT}/bulk/": {"act": "archive", "run": "{run_id}"},
    f"{PROJECT}/findings/": {"rule": "LOSS01", "reason": "It is meant so."},
    f"{PROJECT}/settings/": {"name": "Renamed"},
    f"{PROJECT}/settings/address/": {"slug": "renamed"},
    f"{PROJECT}/retention/": {"older_days": "90"},
    f"{PROJECT}/quota/": {"runs": "100"},
    f"{PROJECT}/trash/": {"name": "digits"},
    f"{TEAM}/trash/<trashed_id>/": {"act": "restore"},
    f"{PROJECT}/trash/purge/": {"sure": "yes", "run": "{run_id}"},
    f"{PROJECT}/links/": {"runs": "{number}", "days": "7"},
    f"{PROJECT}/sharing/": {"shared_with": "other", "role": "2"},
    f"{PROJECT}/notices/": {"kinds": "run.failed"},
    f"{PROJECT}/webhooks/": {"url": "https://example.org/", "kinds": "run.failed"},
    f"{TEAM}/webhooks/": {"url": "https://example.org/", "kinds": "run.failed"},
    "/webhooks/<webhook_id>/": {"url": "https://example.org/", "kinds": "run.failed"},
    "/webhooks/<webhook_id>/act/": {"act": "test"},
    f"{RUN}/edit/": {"name": "renamed"},
    f"{RUN}/notes/": {"text": "A remark."},
    f"{RUN}/notes/<note_id>/": {"text": "Another remark."},
    f"{RUN}/place/": {"act": "archive"},
    f"{RUN}/quotes/": {"metric": "loss", "part": "last"},
    f"{RUN}/unfreeze/": {"reason": "A label was wrong."},
    f"{TEAM}/": {"email": "ines@example.org", "role": "1"},
    f"{TEAM}/members/<user_id>/role/": {"role": "2"},
    f"{PROJECT}/transfer/": {"team": "hearing"},
    f"{TEAM}/offers/<offer_id>/": {"act": "decline"},
    f"{TEAM}/services/": {"name": "nightly", "role": "2"},
    f"{TEAM}/services/<service_id>/role/": {"role": "1"},
    f"{TEAM}/services/<service_id>/": {"name": "cluster", "scopes": "read"},
    f"{TEAM}/quota/": {"runs": "100"},
    f"{TEAM}/settings/": {"name": "Renamed", "slug": "renamed"},
    "/account/invitation/<invitation_secret>/": {
        "new_password1": NEW_PASSWORD,
        "new_password2": NEW_PASSWORD,
    },
    "/teams/new/": {"name": "Hearing", "slug": "hearing"},
    "/tokens/": {"name": "laptop", "scopes": "read"},
    "/account/": {"name": "Renamed"},
    "/account/login/": {"login": "{email}", "password": PASSWORD},
    f"{TEAM}/entrance/connection/": {
        "name": "Example",
        "issuer": "https://id.example.org",
        "client_id": "ahnb",
        "secret": "hidden",
        "default_role": "1",
        "groups_claim": "groups",
    },
    f"{TEAM}/entrance/domains/": {"domain": "example.org"},
    f"{TEAM}/entrance/": {"requires_second_factor": "on"},
    "/account/confirm/": {"password": PASSWORD},
    "/account/password/change/": {
        "oldpassword": PASSWORD,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    },
    "/account/password/set/": {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
    "/account/password/reset/": {"email": "{email}"},
}

API_RUN = f"/api/v1{RUN}"
BATCH = {
    "writer": "0192f3a0-0000-7000-8000-000000000001",
    "seq": 1,
    "axes": [{"start": 0, "count": 2}],
    "metrics": {"batch/loss": {"axis": 0, "v": [0.5, 0.25]}},
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "POST /api/v1/projects/": {"project": "vision/letters"},
    "PATCH /api/v1/projects/<team>/<project>/": {"name": "Renamed"},
    "POST /api/v1/projects/<team>/<project>/mutes/": {"rule": "LOSS01", "reason": "Meant so."},
    f"PUT {API_RUN}/": {"project": "vision/digits"},
    f"PATCH {API_RUN}/": {"name": "renamed"},
    f"POST {API_RUN}/batches/": BATCH,
    f"POST {API_RUN}/notes/": {"text": "A remark."},
    f"POST {API_RUN}/quotes/": {"metric": "loss", "part": "last"},
    f"POST {API_RUN}/freeze/": {"reason": "It is in the paper."},
    f"PUT {API_RUN}/artifacts/": {"any": "bytes"},
    f"POST {API_RUN}/unfreeze/": {"reason": "A label was wrong."},
}
QUERIES = {
    f"{API_RUN}/series/": "?metric=loss",
    f"{RUN}/media/item/": "?name=sample",
    f"{API_RUN}/quote/": "?metric=loss",
    f"{API_RUN}/artifacts/": "?name=plot.txt",
}
