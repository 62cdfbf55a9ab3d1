"""How somebody with a password comes in."""

import re

from django.test import Client

PASSWORD = "correct horse battery"


def log_in(client: Client, email: str = "alice@example.org", password: str = PASSWORD, **more: str):
    return client.post("/account/login/", {"login": email, "password": password, **more})


def page_text(answer) -> str:
    """The page without what differs from call to call."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'value="[^"]*@example.org"', "", text)
