"""The headers of a page and of the API under the settings of a server behind TLS, and their score.

python -m benchmarks.headers
"""

import os
import secrets
import sys
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parent.parent
HOST = "ahnb.example.org"
LEAST = 130
# None of them asks the database, which here is empty.
PATHS = {"page": "/account/password/reset/", "missing page": "/nothing/", "API": "/api/v1/me/"}


def main() -> int:
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    os.environ["AHNB_PUBLIC_URL"] = f"https://{HOST}"
    os.environ["AHNB_LOG_LEVEL"] = "CRITICAL"
    os.environ.setdefault("AHNB_SECRET_KEY", secrets.token_urlsafe(64))
    os.environ.setdefault("AHNB_DATA_DIR", mkdtemp(prefix="ahnb-headers-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ahnb_platform.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import override_settings

    # Nothing was collected for this folder, and the names of files change no header.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        scores = [told(name, path) for name, path in PATHS.items()]
    return 0 if min(scores) >= LEAST else 1


def told(name: str, path: str) -> int:
    """Print what each header brings; the score."""
    from django.test import Client

    from tests.house.observatory import points, score

    answer = Client().get(path, secure=True, headers={"Host": HOST})
    cookies = [morsel.OutputString() for morsel in answer.cookies.values()]
    found = points(answer.headers, cookies)
    shown = ", ".join(f"{header} {one:+d}" for header, one in found.items() if one)
    sys.stdout.write(f"{name} ({answer.status_code}): {score(found)}  {shown}\n")
    return score(found)


if __name__ == "__main__":
    sys.exit(main())
