"""English beside the Chinese: nothing is marked, nothing of what people wrote is touched, and little is left Chinese."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined
from litestar import Litestar
from litestar.testing import TestClient
from markupsafe import escape

from cases.people import Role
from hotline.english import catalogue, extract, speech
from hotline.english.catalogue import DOMAINS, entries
from hotline.english.choice import COOKIE, english_of
from hotline.english.runs import CHINESE
from hotline.english.speech import english
from hotline.house import House
from hotline.web import environment
from tests.hotline.conftest import SignIn
from tests.hotline.desk_work import PAGE, logged

Client = TestClient[Litestar]
PLACES = re.compile(r"\{\{|\}\}|\{\d+\}")
OURS = {
    "共{0}件": "{0} cases", "{0}由{1}承办": "{1} handles {0}", "已签收": "Signed for", "件": "cases", "查找": "Find",
    "在办": "open", "勾选 {0}": "Tick \"{0}\"", "催办": "Urge", "全部": "All", "（选填）": "(optional)",
}  # fmt: skip


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`page(template, **values)`: a template of its own in English, by the few texts of `OURS`."""
    monkeypatch.setattr(catalogue, "entries", lambda: dict.fromkeys(DOMAINS, OURS))
    monkeypatch.setattr(catalogue, "everything", lambda: OURS)
    monkeypatch.setattr(speech, "everything", lambda: OURS)
    monkeypatch.setattr(speech, "_patterns", lambda: ({}, []))
    english.cache_clear()

    def drawn(source: str, **values: Any) -> str:
        made = Environment(
            loader=DictLoader({"one": source}), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        made.filters["office_title"] = str
        return english_of(made).get_template("one").render(**values)

    yield drawn
    english.cache_clear()


def test_every_text_has_its_english_and_keeps_its_places() -> None:
    found = extract.found()
    waiting = extract.missing(found)
    for domain in DOMAINS:
        part = 1 - len(waiting[domain]) / len(found[domain])
        assert part == 1, f"{domain}: {part:.1%}; {waiting[domain][:20]}"
    wrong = [
        (domain, chinese, said)
        for domain, texts in entries().items()
        for chinese, said in texts.items()
        if set(PLACES.findall(chinese)) != set(PLACES.findall(said)) or chinese.count("<") != said.count("<")
    ]
    assert not wrong
    files = [(catalogue.FOLDER / f"{domain}.po").read_text("utf-8") for domain in DOMAINS]
    assert not any(re.search(r"^#: .*:\d+|POT-Creation-Date", text, re.MULTILINE) for text in files)


def test_what_is_extracted_is_what_is_shown() -> None:
    source = b'''"""Docstring."""
import click
HELP = click.option("--x", help="\xe9\x80\x89\xe9\xa1\xb9")
def f(n, kind):
    """Another."""
    if kind == "\xe5\x8a\x9e\xe7\xbb\x93":
        return f"\xe5\x85\xb1{n}\xe4\xbb\xb6"
    return "\xe6\xb2\xa1\xe6\x9c\x89"
'''.replace(b"Docstring", "说明".encode())
    messages = [message for _, _, message, _ in extract.code(__import__("io").BytesIO(source), (), (), {})]
    assert messages == ["共{0}件", "没有"]


def test_a_template_is_english_without_being_marked(page: Any) -> None:
    assert page("<p>共{{ n }}件</p>", n=3) == "<p>3 cases</p>"
    assert page("<p>{{ a }}由{{ b }}承办</p>", a="A", b="B") == "<p>B handles A</p>"
    assert page("<p>已签收<b>{{ n }}</b>件</p>", n=2) == "<p>Signed for <b>2</b> cases</p>"
    assert page("<td>{{ '在办' if x else '已签收' }}</td>", x=True) == "<td>open</td>"
    assert page('<html lang="zh-CN"><i aria-label="勾选 {{ n }}">', n=1) == '<html lang="en"><i aria-label="Tick &quot;1&quot;">'
    assert page('<p lang="zh-CN">{{ n | e }}</p>', n="件") == '<p lang="zh-CN">件</p>'
    assert page("<p>{{ a }}：{{ b }}</p>", a=1, b=2) == "<p>1: 2</p>"
    assert page("{% macro m(all='全部') %}{{ all }}{% endmacro %}{{ m() }}") == "All"
    assert page("<p>还没有英文的{{ n }}</p>", n=1) == "<p>还没有英文的1</p>"
    assert page("{% for one in many %}<b>{{ one }}</b>{% if not loop.last %}、{% endif %}{% endfor %}", many=["在办", "x"]) == (
        "<b>open</b>, <b>x</b>"
    )


def test_what_people_wrote_and_what_is_sent_back_stays(page: Any) -> None:
    assert page("<p>{{ title | e }}</p><p>{{ title }}</p>", title="查找") == "<p>查找</p><p>Find</p>"
    assert page('<input name="q" value="{{ q }}" placeholder="查找">', q="查找") == '<input name="q" value="查找" placeholder="Find">'
    assert page("<textarea>{{ q }}</textarea>", q="查找 <b>") == "<textarea>查找 &lt;b&gt;</textarea>"
    assert page('<option value="{{ q }}"{{ " selected" if x }}>{{ q }}</option>', q="全部", x=True) == (
        '<option value="全部" selected>All</option>'
    )
    assert page("{{ '是' if stage == '在办' else '否' }}", stage="在办") == "是"
    assert page("{{ code | office_title }}", code="查找") == "查找"
    assert page('<a href="/x?q={{ q }}"{% if y %} class="b"{% endif %}>查找</a>', q="件", y=1) == '<a href="/x?q=件" class="b">Find</a>'


@pytest.mark.parametrize(
    ("chinese", "said"),
    [
        ("2026年11月23日 周一", "Mon 23 Nov 2026"),
        ("11月30日（周一）（暂定）", "Mon 30 Nov (provisional)"),
        ("2026年10月1日至31日", "1–31 Oct 2026"),
        ("《行政复议法》第三十条第一款至第二款、第八十八条第二款", "Administrative Reconsideration Law Art. 30(1)–(2), Art. 88(2)"),
        ("第二十九条至第三十六条", "Arts. 29–36"),
        ("剩5小时22分", "5 hours 22 minutes left"),
        ("已超期1天", "overdue by 1 day"),
        ("周六休息，不计入", "Sat, day of rest, not counted"),
        ("签收须由承办人、承办单位负责人办理", "Sign for has to be done by: handler, chief of office"),
        ("《没有英文的规则（示范）》第五条", "《没有英文的规则（示范）》Art. 5"),
        ("楼下烧烤店的油烟", "楼下烧烤店的油烟"),
    ],
)
def test_what_python_made_is_put_into_english(chinese: str, said: str) -> None:
    assert english(chinese) == said
    assert speech.spoken(escape(chinese)) == chinese  # marked-up: somebody's own words


class _Texts(HTMLParser):
    """What a reader sees in Chinese on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("title", "aria-label", "placeholder") and value]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _left(html: str, known: list[str]) -> Iterator[str]:
    parser = _Texts()
    parser.feed(html)
    for text in parser.found:
        for word in known:
            text = text.replace(word, "")
        if CHINESE.search(text):
            yield " ".join(unescape(text).split())


def _names(house: House) -> list[str]:
    """What the city named, in its rules and its tables: it stays as it named it."""
    files = [*extract.HOUSE.glob("routing/*.toml"), *extract.HOUSE.glob("hotline/city/*.toml")]
    named = {name for file in files for name in re.findall('"([^"]*[\u3400-\u9fff][^"]*)"', file.read_text("utf-8"))}
    named |= {*house.city.offices.values(), house.city.name, "中文"}
    return sorted((name for name in named if len(name) > 1), key=len, reverse=True)


def test_the_language_is_a_link_away_and_leads_back(client: Client) -> None:
    chinese = client.get("/status", headers=PAGE)
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert 'href="/language?to=en&amp;next=%2Fstatus"' in chinese.text
    chosen = client.get("/language?to=en&next=/status%3Fa%3D1", headers=PAGE, follow_redirects=False)
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/status?a=1")
    assert client.cookies.get(COOKIE) == "en"
    said = client.get("/status", headers=PAGE)
    assert said.headers["Content-Language"] == "en"
    assert '<html lang="en">' in said.text
    assert "Check progress" in said.text
    for elsewhere in ("//evil.example", "https://evil.example/", "/\\evil.example", "evil", "/a%0d%0ab"):
        assert client.get(f"/language?to=en&next={elsewhere}", follow_redirects=False).status_code == 422, elsewhere
    assert client.get("/language?to=fr&next=/", follow_redirects=False).status_code == 422
    client.get("/language?to=zh&next=/status", headers=PAGE)
    again = client.get("/status", headers=PAGE)
    assert again.text == chinese.text


def test_every_kind_of_page_speaks_english(house: House, signed_in: SignIn) -> None:
    """What is left in Chinese is what the city named, and what people wrote."""
    words = "楼上漏水到我家厨房，找了物业三次没有人管。"
    case = logged(house, office="housing", text=words, title="查找")
    staff = [f"{role.label}某" for role in Role]
    known = [words, "楼上漏水", "到我家厨房，找了物业三次没有人管", "国办发明电〔2025〕7号", "查找", "李＊＊", *staff, *_names(house), "协助主办单位办理"]
    left: dict[str, list[str]] = {}
    for login, paths in {
        "agent": ("/desk", "/triage", f"/cases/{case.number}"),
        "housing": ("/tray", f"/cases/{case.number}", "/procedures", "/procedures/petition", "/alerts"),
        "supervisor": ("/board", "/topics/hot", "/statistics", "/calendar"),
        "": ("/", "/help", "/status", "/requests/new", "/signin", "/nothing"),
    }.items():
        client = signed_in(login) if login else signed_in()
        if not login:
            client.cookies.clear()
        client.cookies.set(COOKIE, "en")
        for path in paths:
            html = client.get(path, headers=PAGE).text
            assert '<html lang="en">' in html, path
            if found := list(_left(html, known)):
                left[f"{login} {path}"] = found
        if login == "housing":
            assert "查找" in client.get(f"/cases/{case.number}", headers=PAGE).text  # a title, and no button of ours
    assert not left, left


def test_chinese_pages_are_what_they_were(house: House) -> None:
    """The English templates are compiled apart and change nothing of the Chinese."""
    plain, chinese = environment(lambda: house.city), environment(lambda: house.city)
    said = english_of(chinese)
    for name in ("page.html", "_clock.html", "_remedies.html", "citizen_frame.html"):
        assert said.get_template(name) is not chinese.get_template(name)
    source, _, _ = plain.loader.get_source(plain, "status.html")  # type: ignore[union-attr]
    assert chinese.compile(source, raw=True) == plain.compile(source, raw=True) != said.compile(source, raw=True)
    assert (chinese.finalize, chinese.extensions) == (None, plain.extensions)
