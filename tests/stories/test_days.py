"""A day at each desk, driven in a browser over the demonstration as `make run` loads it: a citizen without JavaScript on
a small telephone, a handler on a telephone and at a desk, a supervisor, and the two who must agree on a new colleague.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hotline import seed
from hotline.house import House, open_house
from hotline.settings import from_environment
from hotline.sign_ins import PASSWORD
from tests.hotline.seen import browsing, served

expect.set_options(timeout=15_000)
NEW_PASSWORD = "a long enough password 7"


@pytest.fixture(scope="module")
def address(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration, served."""
    folder = tmp_path_factory.mktemp("days")
    (folder / "hotline.db").write_bytes(sqlite_template.read_bytes())
    told = {"HOTLINE_DATA": str(folder), "HOTLINE_DATABASE_URL": f"sqlite:///{folder}/hotline.db"}
    house: House = open_house(from_environment(told))
    seed.seed(house)
    with served(house) as found:
        yield found
    house.close()


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    with browsing(chromium) as opened:
        yield opened


def window(browser: Browser, width: int, scripts: bool = True) -> Page:
    page = browser.new_context(
        viewport={"width": width, "height": 860}, locale="zh-CN", java_script_enabled=scripts
    ).new_page()
    page.set_default_timeout(15_000)
    return page


def signed_in(browser: Browser, address: str, login: str, width: int = 1440) -> Page:
    page = window(browser, width)
    page.goto(f"{address}/signin")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    return page


@pytest.mark.parametrize("width", [360, 1440])
def test_a_citizens_day_without_a_script(browser: Browser, address: str, width: int) -> None:
    page = window(browser, width, scripts=False)
    page.goto(address)
    page.get_by_role("link", name="我要反映").first.click()
    page.fill("[name=text]", "楼下烧烤店每天营业到凌晨两点，油烟直接排到居民窗前，噪音也很大。")
    page.get_by_role("button", name="提交").first.click()
    expect(page.get_by_text("请选择").first).to_be_visible()  # the kind is missing: told, and nothing typed is lost
    assert "烧烤店" in page.input_value("[name=text]")
    page.check("#kind-complaint")
    page.fill("[name=place]", "青年路与朗州路路口")
    page.fill("[name=phone]", f"1390000{width:04d}")
    page.get_by_role("button", name="提交").first.click()
    page.select_option("#street", label="芷兰街道")  # the crossing lies in several streets: asked back
    page.get_by_role("button", name="提交").first.click()
    page.wait_for_load_state()
    receipt = page.inner_text("main")
    number = re.search(r"\d{13}-\d", receipt)
    assert number, receipt
    code = page.locator("dd strong.mono").first.inner_text()
    page.goto(f"{address}/status")
    page.fill("[name=number]", number[0])
    page.fill("[name=code]", code)
    page.click("main button")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("form[action$=material] textarea").fill("昨晚一点还在营业。")
    page.get_by_role("button", name="提交补充材料").click()
    expect(page.get_by_text("昨晚一点还在营业。").first).to_be_visible()


@pytest.mark.parametrize(("width", "view"), [(360, "due=late"), (1440, "whose=mine")])
def test_a_handlers_day(browser: Browser, address: str, width: int, view: str) -> None:
    page = signed_in(browser, address, "housing", width)
    expect(page).to_have_url(re.compile(r"/tray"))
    page.goto(f"{address}/tray?{view}")
    page.locator("summary", has_text="存为视图").click()
    page.fill("#v-name", f"超期的{width}")
    page.locator("form[action='/tray/views'] button").click()
    expect(page.get_by_role("link", name=f"超期的{width}")).to_be_visible()
    page.goto(f"{address}/tray")
    boxes = page.locator("input[type=checkbox][name=number]")
    boxes.first.check()
    page.locator("form[action='/tray/sign'] button", has_text="签收").first.click()
    expect(page.locator("#tray")).to_contain_text("签收")
    expect(page.locator("#tray [role=status], #tray .notice").first).to_be_visible()
    page.locator("#tray a[href^='/cases/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/tray"))


@pytest.mark.parametrize("width", [360, 1440])
def test_a_supervisors_day(browser: Browser, address: str, width: int) -> None:
    page = signed_in(browser, address, "supervisor", width)
    expect(page).to_have_url(re.compile(r"/board"))
    page.locator("input[type=checkbox][name=number]").first.check()
    page.get_by_role("button", name="督办所选").click()
    page.fill("#u-text", "请于答复期限前书面说明办理情况。")
    page.get_by_role("button", name=re.compile("确认督办")).click()
    expect(page.locator("main")).to_contain_text("已督办")
    page.goto(f"{address}/figures")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    with page.expect_download() as sheet:
        page.locator("a[href*='/figures/xlsx']").first.click()
    assert sheet.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize("width", [360, 1440])
def test_a_legal_officers_day(browser: Browser, address: str, width: int) -> None:
    page = signed_in(browser, address, "legal", width)
    page.goto(f"{address}/sittings?view=list")
    page.on("dialog", lambda asked: asked.accept())
    page.locator("form[action='/sittings/feed'] button").click()
    page.wait_for_load_state()
    feed = re.search(r"/feeds/[\w-]+\.ics", page.content())
    assert feed, "the address is shown once"
    assert "BEGIN:VCALENDAR" in page.request.get(f"{address}{feed[0]}").text()
    page.goto(f"{address}/sittings?view=list")
    assert feed[0] not in page.content()
    page.goto(f"{address}/sittings?view=list&procedure=reconsideration")
    page.locator("main a[href^='/cases/']").first.click()
    handlers = page.get_by_role("heading", name="承办人")
    expect(handlers).to_be_visible()
    page.get_by_role("link", name="登记、审查和打印").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("证据清单")


def test_a_new_colleague_needs_two(browser: Browser, address: str) -> None:
    admin = signed_in(browser, address, "admin")
    admin.goto(f"{address}/people/new")
    admin.fill("[name=login]", "newcomer")
    admin.fill("[name=name]", "新同事")
    admin.check("input[name=roles][value=agent]")
    admin.get_by_role("button", name="发出邀请").click()
    admin.wait_for_load_state()
    link = re.search(r"/invitations/[\w-]+", admin.content())
    assert link, admin.inner_text("main")
    security = signed_in(browser, address, "security")
    security.goto(f"{address}/people?q=newcomer")
    security.locator("main a[href^='/people/']", has_text="新同事").first.click()
    security.get_by_role("button", name=re.compile("同意|确认生效|确认")).first.click()
    newcomer = window(browser, 1440)
    newcomer.goto(f"{address}{link[0]}")
    for field in newcomer.locator("input[type=password]").all():
        field.fill(NEW_PASSWORD)
    newcomer.get_by_role("button", name="设置密码").click()
    newcomer.goto(f"{address}/signin")
    newcomer.fill("[name=login]", "newcomer")
    newcomer.fill("[name=password]", NEW_PASSWORD)
    newcomer.click("main button")
    expect(newcomer).to_have_url(re.compile(r"/desk"))
