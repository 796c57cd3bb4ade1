"""Pages looked at in a real browser: what axe-core finds, what sticks out sideways, how much a first visit loads.

`looked_at` is all a test of pages needs: a page, its address, at each width. Who signs in before is the test's own.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

import hotline
from hotline.app import create_app
from hotline.house import House

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
WIDTHS = (360, 1440)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LAID_OUT = ["color-contrast", "target-size", "scrollable-region-focusable", "heading-order", "region", "link-name"]
AXE = Path(hotline.__file__).parent / "assets" / "node_modules" / "axe-core" / "axe.min.js"
ASK = """async ([type, values]) => (await axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]}))
.violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.target} ${node.html.slice(0, 120)}`))"""
SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("main *")]
.filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
.map((one) => one.outerHTML.slice(0, 100)).join(" | ") || "wider than the window\""""


@contextmanager
def served(house: House) -> Iterator[str]:
    """The house on a port of its own; its address."""
    config = uvicorn.Config(create_app(house), port=0, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
        assert thread.is_alive(), "the server did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def browsing(chromium: str) -> Iterator[Browser]:
    """A browser that talks to nobody but us."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


def a_context(browser: Browser, *, scripts: bool = True) -> BrowserContext:
    """Somebody's browser: a small telephone. `bypass_csp` lets axe in where the page lets no script in."""
    return browser.new_context(
        viewport={"width": WIDTHS[0], "height": 800}, locale="zh-CN", java_script_enabled=scripts, bypass_csp=True
    )


def looked_at(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """Everything wrong with the page that is open, at each width, in words; empty for a good one. The first width is
    judged by every rule, the others by those that another layout may break: the document is the same."""
    page.wait_for_load_state()
    page.add_script_tag(content=_axe())
    found = []
    for n, width in enumerate(widths):
        page.set_viewport_size({"width": width, "height": 800})
        where = f"{page.url.partition('?')[0]} at {width}"
        found += [f"{where}: {said}" for said in page.evaluate(ASK, ["rule", LAID_OUT] if n else ["tag", RULES])]
        if said := page.evaluate(SIDEWAYS):
            found.append(f"{where}: sticks out: {said}")
        errors = page.evaluate("document.querySelectorAll('main').length !== 1 || !document.title")
        found += [f"{where}: no main part or no title"] if errors else []
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    return found


def first_load(context: BrowserContext, address: str) -> int:
    """How many bytes come over the line when `address` is opened for the first time."""
    sizes: list[int] = []

    def count(response: Response) -> None:
        sizes.append(len(response.body()))

    page = context.new_page()
    page.on("response", count)
    page.goto(address, wait_until="load")
    page.close()
    return sum(sizes)


@cache
def _axe() -> str:
    assert AXE.is_file(), "axe-core is not installed: bash hotline/assets/fetch.sh"
    return AXE.read_text("utf-8")


def rooms(page: Page, address: str, paths: Sequence[str], **more: Any) -> list[str]:
    """`looked_at` for each of `paths` in turn: the rooms of somebody who is signed in."""
    found = []
    for path in paths:
        page.goto(f"{address}{path}")
        found += looked_at(page, **more)
    return found
