"""What the city writes to people: texts, letter templates and figures, checked, put in force and taken back."""

import io
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from sqlalchemy import select, update

from cases.tables import OutboxRow
from hotline import texts
from hotline.alike.rules import alike_rules
from hotline.city import figures as city_figures
from hotline.city import letters as city_letters
from hotline.city import texts as city_texts
from hotline.city.figures import least_confidence, word_of
from hotline.delivery import deliver
from hotline.house import House, open_house
from hotline.letters import sheets as letter_sheets
from hotline.settings import Misconfigured
from hotline.tables import UserRow
from tests.hotline.city_work import HTML, post
from tests.hotline.conftest import Clock, SignIn


def test_a_text_keeps_what_it_must_and_every_process_sends_the_newest(
    house: House, seated: SignIn, now: Clock, settings: Any, people: dict[str, int]
) -> None:
    admin, at = seated("admin"), "/city/texts/signed"
    for words, said in (
        ("已经签收。", "不能缺少“{编号}”"), ("工单{编号}[，{天气}]", "没有“{天气}”这一项"), ("工单[{编号}]", "不能放在方括号里"),
        ("工单{编号}[，请等", "应当成对"), ("", "应有内容"),
    ):  # fmt: skip
        answer = post(admin, at, words=words, why="改", base="0")
        assert answer.status_code == 422
        assert said in answer.json()["errors"][0]["detail"]
    assert "不能缺少“119”" in post(admin, "/city/texts/danger", words="请打110、120！{编号}", why="改", base="0").text
    long = "工单{编号}已由承办单位签收办理[，{期限}答复您]。" + "请保持电话畅通。" * 5
    foreseen = post(admin, at, do="preview", words=long, base="0").json()
    assert foreseen["says"] == ["比现行的多计1条短信，每发一次都多付费。"]
    assert foreseen["rows"][2][2].endswith("字，计2条短信")
    new = "工单{编号}已签收[，{期限}答复您]。"
    other = open_house(settings, now)
    try:
        assert post(admin, at, words=new, why="短些", base="0").json()["number"] == 1
        other.almanac.look()  # as it does each second
        for one in (house, other):
            assert texts.render("signed", {"number": "7"}, one.city, one.vault, city_texts.words_of(one, "signed")) == (
                "【武陵区12345】工单7已签收。"
            )
    finally:
        other.close()
    later = {"words": new + "谢谢。", "why": "礼貌", "base": "1", "effective": "2026-11-25"}
    assert post(admin, at, **later).json()["number"] == 2
    assert city_texts.words_of(house, "signed") == new
    now.forward(days=2)
    assert city_texts.words_of(house, "signed") == new + "谢谢。"
    admin = seated("admin")  # two days on
    assert post(admin, at, do="restore", version="0", base="2", why="还是原来的好").json()["number"] == 3
    assert city_texts.words_of(house, "signed") == texts.packaged(settings.city)["signed"]

    no_telephone = post(admin, at, do="test", words=new, base="3")
    assert "没有登记手机号" in no_telephone.text
    with house.writing() as connection:
        connection.execute(update(UserRow).where(UserRow.login == "admin").values(phone=house.vault.seal("13800001111")))
    assert post(admin, at, do="test", words=new, base="3").json() == {"sent": True}
    assert deliver(house) == 1
    sent = (settings.data / "outgoing.jsonl").read_text("utf-8")
    assert "【武陵区12345】工单2026112300012-7已签收" in sent
    assert "138****1111" in sent
    with house.reading() as connection:
        assert connection.scalars(select(OutboxRow.recipient)).all() == [f"user:{people['admin']}"]


def template(*lines: str) -> bytes:
    """A Word file of these paragraphs."""
    page, out = docx.Document(), io.BytesIO()
    for line in lines:
        page.add_paragraph(line)
    page.save(out)
    return out.getvalue()

GOOD = (
    "本市样式 {{ title }} {{ number }}", "{{ addressee }}：", "{%p for words in paragraphs %}", "{{ words }}", "{%p endfor %}",
    "{%p for words in remedies %}", "{{ words }}", "{%p endfor %}", "{{ signed }} {{ date }}",
)  # fmt: skip


def test_a_letters_template_is_checked_proofed_put_in_force_and_taken_back(
    house: House, seated: SignIn
) -> None:
    admin, at = seated("admin"), "/city/letters/petition-opinion"
    token = {"_csrf": admin.headers["X-CSRF-Token"]}

    def hand_in(content: bytes, do: str = "preview", **said: str) -> Any:
        return admin.post(at, data={"do": do, "base": "0", **token, **said}, files={"file": ("新.docx", content)}, headers=HTML)

    macro = io.BytesIO(template(*GOOD))
    with ZipFile(macro, "a") as packed:
        packed.writestr("word/vbaProject.bin", b"x")
    for content, said in (
        (b"hello", "这不是 Word"), (template("{{ title }}"), "缺少文号"), (template(*GOOD, "{{ secret }}"), "不认识{{ secret }}"),
        (template(*GOOD, "{% for %}"), "花括号写错了"), (template(*GOOD, "{% for n in range(9) %}{% endfor %}"), "range"),
        (template(*GOOD, "{{ title.__class__.__mro__ }}"), "不能使用"), (macro.getvalue(), "带有宏"),
    ):  # fmt: skip
        answer = hand_in(content)
        assert answer.status_code == 422, said
        assert said in answer.text
    page = hand_in(template(*GOOD))
    assert page.status_code == 200, page.text
    proofs = sorted(set(re.findall(r"/letter-templates/[^\"]+", page.text)))
    digest = proofs[0].split("/")[3]
    kinds = [admin.get(one).content[:4] for one in proofs]
    assert kinds == [b"PK\x03\x04", b"%PDF", b"\x89PNG"]
    saved = post(admin, at, digest=digest, why="换成本市样式", base="0")
    assert saved.json()["number"] == 1
    with house.reading() as connection:
        used = [city_letters.template_of(house, connection, name) for name in ("petition-opinion", "petition-accept")]
    drawn = [docx.Document(io.BytesIO(letter_sheets.word(city_letters.SAMPLE, one))).paragraphs[0].text for one in used]
    assert drawn[0].startswith("本市样式 信访事项处理意见书")
    assert not drawn[1].startswith("本市样式")
    assert admin.get(f"/letter-templates/petition-opinion/{digest}/template.docx").content == template_bytes(house, digest)
    compared = admin.get(f"{at}/compare?old=0&new=1", headers=HTML).text
    assert "本市样式 {{ title }}" in compared
    assert post(admin, at, do="restore", version="0", why="换回", base="1").json()["number"] == 2
    with house.reading() as connection:
        assert city_letters.template_of(house, connection, "petition-opinion") == used[1]
    assert admin.get("/letter-templates/letter/0/preview.pdf").content.startswith(b"%PDF")
    assert admin.get("/letter-templates/letter/none/preview.pdf").status_code == 404


def template_bytes(house: House, digest: str) -> bytes | None:
    """A template as it is kept."""
    with house.reading() as connection:
        return city_letters.file_of(connection, digest)


def test_figures_take_effect_at_once_and_are_bounded(house: House, seated: SignIn, now: Clock) -> None:
    admin = seated("admin")
    assert least_confidence(house) is None
    assert post(admin, "/city/figures/second_opinion", least="0.3", why="试", base="0").status_code == 422
    post(admin, "/city/figures/second_opinion", least="0.97", why="试行", base="0")
    assert least_confidence(house) == 0.97
    post(admin, "/city/figures/second_opinion", least="", why="停用", base="1")
    assert least_confidence(house) is None
    known = {field.name: field.value for field in city_figures.form(house, "alike", alike_rules(house))}
    assert post(admin, "/city/figures/alike", **{**known, "near": "7"}, why="试", base="0").status_code == 422
    post(admin, "/city/figures/alike", **{**known, "near": "0.4"}, why="少些打扰", base="0", effective="2026-11-24")
    assert alike_rules(house).near == 0.28
    now.forward(days=1)
    assert alike_rules(house).near == 0.4
    admin = seated("admin")
    twice = post(admin, "/city/figures/words", **{"word.housing": "武建", "word.urban": "武建"}, why="试", base="0")
    assert "已经是别的单位的" in twice.text
    post(admin, "/city/figures/words", **{"word.housing": "武建"}, why="改名", base="0")
    assert word_of(house, "housing") == "武建"
    assert word_of(house, "urban") == house.city.offices["urban"]


def test_a_text_of_the_city_s_folder_that_cannot_be_meant_is_named(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / texts.FILE).write_text('merged = "工单{编号}已并案。"', "utf-8")
    assert texts.packaged(own)["merged"] == "工单{编号}已并案。"
    assert texts.packaged(own)["signed"] == texts.packaged(texts.PACKAGED)["signed"]
    for content, said in (('merged = "没有编号"', "编号"), ('nothing = "x"', "nothing"), ("merged = ", "texts.toml")):
        wrong = tmp_path / said
        wrong.mkdir()
        (wrong / texts.FILE).write_text(content, "utf-8")
        with pytest.raises(Misconfigured, match=said):
            texts.packaged(wrong)
