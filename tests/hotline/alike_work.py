"""What the tests of likeness and of topics share: one event told by many, and other matters."""

from collections.abc import Sequence

from sqlalchemy import func, select

from cases.tables import CaseRow, OutboxRow
from hotline.alike.index import words_of
from hotline.alike.search import near
from hotline.house import House
from tests.hotline.desk_work import logged

PLANT = (
    "青禾花园小区旁边新建了混凝土搅拌站，每天夜里开工，噪音很大，粉尘飘进家里",
    "我住青禾花园，楼下搅拌站半夜还在生产，噪音粉尘严重，孩子睡不着",
    "反映青禾花园附近搅拌站扰民，粉尘污染，请环保部门查处",
    "青禾花园门口的搅拌站昼夜施工，噪音扰民，业主都受不了",
    "搅拌站离青禾花园不到五十米，粉尘噪音很大，是否合法",
    "请叫停青禾花园旁的搅拌站，粉尘噪音影响居民健康",
)
OTHERS = (
    "退休金三个月没有到账，请问找谁",
    "孩子转学需要哪些材料",
    "社保卡丢了怎么补办",
    "公交车站牌倒了没人修",
)


def phoned(house: House, text: str, phone: str, **more: object) -> int:
    return logged(house, text=text, phone=phone, **more).case


def plants(house: House, count: int = len(PLANT)) -> list[int]:
    return [phoned(house, text, f"1380000010{n}") for n, text in enumerate(PLANT[:count])]


def others(house: House) -> list[int]:
    return [phoned(house, text, f"1390000010{n}") for n, text in enumerate(OTHERS)]


def like(house: House, case: int) -> list[int]:
    with house.reading() as connection:
        words, at = words_of(connection, [case])[case]
        return [one.case for one in near(house, connection, words, at, but=case)]


def count(house: House, table: type) -> int:
    with house.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def numbers_of(house: House, cases: Sequence[int]) -> list[str]:
    with house.reading() as connection:
        found = dict(connection.execute(select(CaseRow.id, CaseRow.number)).all())
    return list(found.values()) if isinstance(cases, range) else [found[case] for case in cases]


def merged_by_case(house: House) -> dict[int, str]:
    with house.reading() as connection:
        wanted = select(CaseRow.id, CaseRow.merged_into).where(CaseRow.merged_into != "")
        return dict(connection.execute(wanted).all())


def told_cases(house: House, template: str) -> set[str]:
    with house.reading() as connection:
        return set(connection.scalars(select(OutboxRow.recipient).where(OutboxRow.template == template)))
