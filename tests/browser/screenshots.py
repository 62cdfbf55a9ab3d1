"""A picture of every page, wide and narrow, light and dark: `./scripts/screenshots [FOLDER]`.

The server is started on the data directory of the demonstration; when it holds no run yet, the
demonstration is trained first. Files are named `<page>-<width>-<theme>.png`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "examples"))

from demo import EMAIL, PROJECT, manage, serving  # noqa: E402 - examples/ is no package

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
WIDTHS = {"wide": 1440, "narrow": 390}
THEMES = ("light", "dark")
TEAM = PROJECT.partition("/")[0]
STRANGERS = {
    "login": "/account/login/",
    "password-forgotten": "/account/password/reset/",
}
MEMBERS = {
    "home": "/",
    "project": f"/projects/{PROJECT}/",
    "project-filtered": f"/projects/{PROJECT}/?q=params.width+>+20+and+metrics.val_accuracy+>+0.9",
    "project-query-error": f"/projects/{PROJECT}/?q=params.width+>>+3",
    "project-nothing-found": f"/projects/{PROJECT}/?q=params.width+>+100000",
    "project-trash": f"/projects/{PROJECT}/?place=trash",
    "project-compare": f"/projects/{PROJECT}/compare/?runs=1,2,3",
    **{
        f"project-{page}": f"/projects/{PROJECT}/{page}/"
        for page in (
            "settings",
            "sharing",
            "links",
            "notices",
            "webhooks",
            "retention",
            "storage",
            "versions",
            "findings",
            "insights",
            "activity",
            "notes",
            "views",
            "export",
        )
    },
    "project-new": "/projects/new/",
    "teams": "/teams/",
    "team": f"/teams/{TEAM}/",
    "team-new": "/teams/new/",
    "team-settings": f"/teams/{TEAM}/settings/",
    **{
        f"team-{page}": f"/teams/{TEAM}/{page}/"
        for page in ("audit", "storage", "offers", "services", "entrance", "webhooks")
    },
    "tokens": "/tokens/",
    "profile": "/account/",
    "password-change": "/account/password/change/",
    "factors": "/account/factors/",
    "sessions": "/account/sessions/",
    "rules": "/findings/rules/",
    "logout": "/account/logout/",
    "missing": "/projects/nobody/nothing/",
}


def pages(page: Page, url: str) -> dict[str, str]:
    """Every page that a member sees, with the project's first and last run."""
    page.goto(f"{url}/projects/{PROJECT}/")
    links = page.locator("table a[href^='/runs/']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return {**MEMBERS, "run": links[0], "run-last": links[-1]}


def take(browser: Browser, url: str, link: str, folder: Path) -> Iterator[Path]:
    """Log in once, then every page in every width and theme."""
    state = folder / "session.json"
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link)
        page.get_by_role("main").get_by_role("button").first.click()
        page.wait_for_url(f"{url}/**")
        members = pages(page, url)
        context.storage_state(path=state)
    for width, pixels in WIDTHS.items():
        for theme in THEMES:
            look = {"viewport": {"width": pixels, "height": 900}, "color_scheme": theme}
            with browser.new_context(**look) as context:
                yield from shots(context.new_page(), url, STRANGERS, folder, f"{width}-{theme}")
            with browser.new_context(**look, storage_state=state) as context:
                yield from shots(context.new_page(), url, members, folder, f"{width}-{theme}")
    state.unlink()


def shots(
    page: Page, url: str, wanted: dict[str, str], folder: Path, suffix: str
) -> Iterator[Path]:
    for name, path in wanted.items():
        page.goto(url + path, wait_until="load")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # charts load when they come near
        page.wait_for_timeout(900)
        file = folder / f"{name}-{suffix}.png"
        page.screenshot(path=file, full_page=True)
        yield file


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--port", type=int, default=8766)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with serving(given.port) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        count = sum(1 for _ in take(browser, url, manage("loginlink", EMAIL), given.folder))
        browser.close()
    print(f"{count} pictures in {given.folder}")


if __name__ == "__main__":
    main()
