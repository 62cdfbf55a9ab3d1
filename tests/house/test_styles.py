"""The trimmed stylesheet and the sprite of symbols have all that pages use."""

import re
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ROOT / "node_modules/@tabler/core/dist/css/tabler.min.css"
STATIC = ROOT / "platform/ahnb_platform/web/static"
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
USED = re.compile(r"""class(?:Name)?\s*=\s*["']([^"']*)["']|"class":\s*f?"([^"]*)\"""")
ICON = re.compile(r"""\{% (?:icon|act \S+ "[^"]*") "([\w-]+)\"""")
TAG = re.compile(r"\{[%{].*?[%}]\}")


def classes_of(sheet: Path) -> set[str]:
    return set(CLASS.findall(sheet.read_text()))


def used_in(files: Iterable[Path]) -> set[str]:
    """The classes that files name, without those that a template tag makes up."""
    found: set[str] = set()
    for file in files:
        for attribute, setting in USED.findall(file.read_text()):
            found.update(TAG.sub(" ", attribute or setting).split())
    return found


def pages() -> list[Path]:
    scripts = [*(STATIC / "ahnb/js").glob("*.js"), *(ROOT / "platform").rglob("*.py")]
    return [*(ROOT / "templates").rglob("*.html"), *scripts, *ROOT.glob("projects/**/*.py")]


def test_every_class_of_tabler_that_a_page_names_is_shipped() -> None:
    used = used_in(pages())
    assert {"btn-primary", "form-select-sm", "table-responsive"} <= used
    shipped = classes_of(STATIC / "vendor/tabler.css")
    for sheet in (STATIC / "ahnb/css").glob("*.css"):
        shipped |= classes_of(sheet)
    assert (used & classes_of(WHOLE)) - shipped == set()


def test_the_trimmed_sheet_is_small() -> None:
    assert (STATIC / "vendor/tabler.css").stat().st_size < WHOLE.stat().st_size / 3


def test_every_symbol_that_a_page_names_is_in_the_sprite() -> None:
    named = {name for page in pages() for name in ICON.findall(page.read_text())}
    assert {"trash", "x"} <= named
    assert named - set((ROOT / "assets/icons.txt").read_text().split()) == set()
