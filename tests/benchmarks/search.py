"""The search: `python -m tests.benchmarks.search [sqlite|postgres] [cases]`.

Cases with invented Chinese texts, their words as unequal as real ones: the first fifty of each kind of question,
through everything the page asks for, beside a LIKE over the same texts in the same run; build rate and size.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from cases.bulk import insert_rows
from cases.indexing import Entry, write
from cases.numbers import case_id, public_number
from cases.people import Actor, Role
from cases.tables import CaseOfficeRow, CaseRow, ClockRow, table_of
from hotline.accounts.seats import Seat
from hotline.house import House, open_house
from hotline.search.finding import Asked, find
from hotline.search.question import understood
from hotline.settings import from_environment
from tests.benchmarks.servers import database

NOUNS = (
    "电梯 路灯 井盖 污水 垃圾 噪音 油烟 物业 业委会 停车位 摊贩 广场舞 工地 渣土车 公交车 出租车 学校 幼儿园 学区 社保 医保 低保 养老金 工资 合同 "
    "房产证 开发商 首付 贷款 装修 漏水 外墙 绿化 树枝 路面 积水 下水道 水压 停水 停电 燃气 天然气 网络 宽带 快递 外卖 餐馆 食品 药店 诊所 疫苗 "
    "健身房 培训班 退费 押金 中介 租房 违建 楼顶 消防 通道 电动车 充电桩 斑马线 红绿灯 护栏 河道 鱼塘 田地 征收 拆迁 安置房 公租房 户口 身份证 "
    "档案 驾照 年检 罚款 彩票 酒店 网吧 酒吧 砖厂 砂场 化工 烟囱 异味 农药 野狗 蚊虫 公厕 菜场 超市 银行 信用卡 保险 车票 车站 码头 桥梁 隧道"
).split()
VERBS = "反映 投诉 要求 希望 多次 一直 没有 无人 处理 解决 维修 整治 清理 恢复 退还 补发 公示 答复 协调 核实 影响 拖欠 占用 堵塞 损坏 破裂".split()
PLACES = "和平社区 青年路 柳叶大道 洞庭花园 沅江边 老西门 建设桥 朝阳村 桃花源路 紫菱小镇 白马湖 诗墙旁 高山街 育才巷 常南路 丹阳口".split()
WORDS = [*VERBS, *NOUNS]
WEIGHTS = list(accumulate(1 / (n + 3) for n in range(len(WORDS))))
OFFICES = [f"office{n}" for n in range(60)]
SHARES = list(accumulate(1 / (n + 1) for n in range(60)))
STAGES = ["closed"] * 92 + ["in_hand"] * 5 + ["dispatched"] * 2 + ["registered"]
ZONE, LAST, CHUNK = ZoneInfo("Asia/Shanghai"), date(2026, 11, 20), 2_000


def a_text(chance: random.Random) -> str:
    words = chance.choices(WORDS, cum_weights=WEIGHTS, k=chance.randint(12, 45))
    half = "小区" if chance.random() < 0.5 else "路边"
    place = chance.choice(PLACES)
    return f"{place}{chance.choice(NOUNS)}问题\n{place}的{half}{''.join(words[:9])}，{''.join(words[9:20])}，{''.join(words[20:])}。"


def rows(cases: int, chance: random.Random) -> Iterator[tuple[dict[str, object], Entry]]:
    """Cases of about two years, oldest first; one office holds a hundred of them."""
    a_day, few = -(-cases // 700), cases // 100
    for n in range(cases):
        day = LAST - timedelta(days=(cases - 1 - n) // a_day)
        case = case_id(day, n % a_day + 1)
        office = "few" if n % few == 7 else chance.choices(OFFICES, cum_weights=SHARES)[0]
        said, stage = a_text(chance), chance.choice(STAGES)
        at = datetime(day.year, day.month, day.day, 9, tzinfo=ZONE)
        plain = {column.name: "" for column in table_of(CaseRow).columns if not column.nullable}
        row: dict[str, object] = plain | {
            "id": case, "number": public_number(case), "procedure": "work_order", "stage": stage, "ended": stage == "closed",
            "kind": "complaint", "urgent": False, "title": said.split("\n")[0], "office": office, "party": case,
            "opened_at": at, "changed_at": at, "promised_at": None, "promised_day": None, "seq": 2,
        }  # fmt: skip
        state = "#e:ended" if stage == "closed" else "#e:open"
        marks = f"{state} #k:complaint #o:{office} #p:work_order #s:{stage}"
        yield row, Entry(case_id=case, seq=2, name_index="", text=said, marks=marks)


def fill(house: House, cases: int) -> float:
    """The rows and their index; the seconds that the index took."""
    spent, batch = 0.0, []
    for pair in rows(cases, random.Random(12345)):
        batch.append(pair)
        if len(batch) == CHUNK or pair[0]["id"] == case_id(LAST, -(-cases // 700)):
            spent += _put(house, batch)
            batch = []
    return spent + (_put(house, batch) if batch else 0.0)


def _put(house: House, batch: list[tuple[dict[str, object], Entry]]) -> float:
    cases = [row for row, _ in batch]
    offices = [{"case_id": row["id"], "office": row["office"], "part": "lead"} for row in cases]
    clocks = [_clock(row) for row in cases if not row["ended"]]
    with house.writing() as connection:
        for table, found in ((CaseRow, cases), (CaseOfficeRow, offices), (ClockRow, clocks)):
            insert_rows(connection, table_of(table), found)
    begun = time.perf_counter()
    with house.writing() as connection:
        write(connection, [entry for _, entry in batch])
    return time.perf_counter() - begun


def _clock(row: dict[str, object]) -> dict[str, object]:
    at = row["opened_at"]
    assert isinstance(at, datetime)
    return {
        "case_id": row["id"], "clock": "wo.handle", "key": "", "started_by": 2, "started_at": at, "due_at": at + timedelta(days=7),
        "due_day": None, "provisional": False, "binds": "office", "office": row["office"], "stopped_at": None, "watched": True,
        "rung": "", "next_at": None,
    }  # fmt: skip


def seat(role: Role, office: str = "") -> Seat:
    actor = Actor("user:1", "某", frozenset({role}), office)
    return Seat(user_id=1, login="x", name="某", roles=frozenset({role}), office=office, csrf="", actor=actor)


QUESTIONS: tuple[tuple[str, str, Role, str, dict[str, object]], ...] = (
    ("a word in half of all", "小区", Role.AGENT, "", {}),
    ("a common word of two", "反映", Role.AGENT, "", {}),
    ("a rarer word of three", "出租车", Role.AGENT, "", {}),
    ("a place of four", "洞庭花园", Role.AGENT, "", {}),
    ("one letter", "桥", Role.AGENT, "", {}),
    ("a letter that is everywhere", "的", Role.AGENT, "", {}),
    ("three words", "小区 隧道 码头", Role.AGENT, "", {}),
    ("half and half, never both", "小区 路边", Role.AGENT, "", {}),
    ("a phrase of common pairs", "投诉要求投诉", Role.AGENT, "", {}),
    ("half, without a word", "小区 -投诉", Role.AGENT, "", {}),
    ("half, in a rare stage", "小区", Role.AGENT, "", {"stage": "registered"}),
    ("half, in one month of old", "小区", Role.AGENT, "", {"since": date(2025, 3, 1), "until": date(2025, 3, 31)}),
    ("half, one big office's", "小区", Role.HANDLER, "office0", {}),
    ("half, an office of a hundred", "小区", Role.HANDLER, "few", {}),
    ("no word, an office of a hundred", "", Role.HANDLER, "few", {}),
    ("no word, a rare stage", "", Role.AGENT, "", {"stage": "registered"}),
    ("nothing at all", "飞碟", Role.AGENT, "", {}),
    ("a number", "", Role.AGENT, "", {}),
)


def run(kind: str, cases: int) -> None:
    """Prints the figures."""
    with database(kind) as (data, url):
        house = open_house(from_environment({"HOTLINE_DATA": str(data), "HOTLINE_DATABASE_URL": url}))
        if kind == "postgres":  # as after a restore: rows first, then the index over all of them
            _say(house, "DROP INDEX ix_search_index_pieces")
        spent = fill(house, cases)
        if kind == "postgres":
            begun = time.perf_counter()
            _say(house, "SET maintenance_work_mem = '512MB'", "CREATE INDEX ix_search_index_pieces ON search_index USING gin (pieces)")
            spent += time.perf_counter() - begun
            _say(house, "VACUUM ANALYZE")
        with house.reading() as connection:
            print(f"{kind}: {cases} cases, indexed {cases / spent:.0f}/s, index {_size(connection, kind) / 2**20:.0f} MB, "
                  f"texts {_texts(connection, kind) / 2**20:.0f} MB", flush=True)  # fmt: skip
        known = case_id(LAST, 3)
        for title, words, role, office, filters in QUESTIONS:
            words = public_number(known) if title == "a number" else words
            asked = Asked(q=words, said=understood(words, house.vault), **filters)  # type: ignore[arg-type]
            _measure(house, title, seat(role, office), asked)
        house.close()


def _say(house: House, *statements: str) -> None:
    with house.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _measure(house: House, title: str, who: Seat, asked: Asked) -> None:
    with house.reading() as connection:
        times, found = _timed(lambda: len(find(connection, house, who, asked).hits), 30)
        told = f"{title:34} {found:3} hits  p50 {statistics.median(times):7.1f} ms  p99 {max(times):7.1f} ms"
        if asked.said.needles:
            likes = " AND ".join(f"text LIKE '%{needle}%'" for needle in asked.said.needles)
            scan = text(f"SELECT count(*) FROM search_texts WHERE {likes}")
            scanned, every = _timed(lambda: connection.scalar(scan) or 0, 1)
            told += f"  LIKE {scanned[0]:6.0f} ms ({every} in all), {scanned[0] / statistics.median(times):.0f} times as long"
    print(told, flush=True)


def _timed(do: Callable[[], int], times: int) -> tuple[list[float], int]:
    taken, found = [], 0
    for _ in range(times):
        begun = time.perf_counter()
        found = do()
        taken.append(1000 * (time.perf_counter() - begun))
    return taken, found


def _size(connection: Connection, kind: str) -> int:
    if kind == "postgres":
        return connection.scalar(text("SELECT pg_total_relation_size('search_index')")) or 0
    return connection.scalar(text("SELECT sum(length(block)) FROM search_index_data")) or 0


def _texts(connection: Connection, kind: str) -> int:
    length = "octet_length(text)" if kind == "postgres" else "length(CAST(text AS BLOB))"
    return connection.scalar(text(f"SELECT sum({length}) FROM search_texts")) or 0


if __name__ == "__main__":
    run((sys.argv[1:2] or ["sqlite"])[0], int((sys.argv[2:3] or ["1000000"])[0]))
