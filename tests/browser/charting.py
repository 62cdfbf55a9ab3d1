"""How the stories about charts move a hand over them."""

from playwright.sync_api import Locator, Page, expect

from .waiting import wait_until_quiet

# How the parallel axes lie in their chart, in pixels.
LEFT, RIGHT, TOP, BOTTOM = 48, 64, 46, 22
SETTLE_MS = 200
Place = tuple[float, float]


def box_of(element: Locator) -> tuple[float, float, float, float]:
    """Left, top, width and height, once the element is on the screen."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def drag(page: Page, element: Locator, *places: Place) -> None:
    """Drag through points of an element, given in pixels from its corner."""
    left, top, _, _ = box_of(element)
    first, *others = places
    page.mouse.move(left + first[0], top + first[1])
    page.mouse.down()
    for x, y in others:
        page.mouse.move(left + x, top + y, steps=8)
    page.mouse.up()


def axes_of(page: Page) -> list[str]:
    """The keys of the parallel axes that are drawn."""
    address = page.url.partition("?")
    data = page.request.get(f"{address[0]}charts/?{address[2]}").json()
    drawn = {column["key"] for column in data["columns"]}
    return [key for key in data["parallel"] if key in drawn]


def brush_axis(page: Page, key: str, start: float, end: float) -> None:
    """Drag along the parallel axis of a column, from one share of its height to another."""
    axes, chart = axes_of(page), page.locator("#parallel")
    _, _, width, height = box_of(chart)
    x = LEFT + axes.index(key) * (width - LEFT - RIGHT) / (len(axes) - 1)
    span = height - TOP - BOTTOM
    drag(page, chart, (x, TOP + start * span), (x, TOP + end * span))
    # The page asks when the hand rests; an answer on the way is to where it was before.
    page.wait_for_timeout(SETTLE_MS)
    wait_until_quiet(page)


def opened(page: Page, address: str, runs: int) -> Page:
    """A project's summary once its charts are drawn."""
    page.goto(address)
    expect(page.locator("#parallel canvas").first).to_be_visible()
    expect(page.locator("[data-note=parallel]")).to_contain_text(f"{runs} run")
    expect(page.locator("[data-note=over-time]")).not_to_be_empty()
    return page
