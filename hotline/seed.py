"""The demonstration: a fictional 武陵区 with people of every role and cases in every stage and light.

Always the same, placed back from the day it is loaded and written through the ledger like everything else,
so that it is also a trial of the real way. Nobody is told of it: its telephone numbers are invented.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import convert
from msgspec.structs import replace
from sqlalchemy import insert, select

from cases.changes import Taking
from cases.lists import load_file
from cases.parties import Person
from cases.people import CITIZEN, Actor, Role
from cases.procedure import File
from cases.procedures.work_order import WORK_ORDER
from cases.tables import CaseRow
from hotline.accounts.accounts import hashed
from hotline.house import House, open_house
from hotline.intake import Incoming, opening
from hotline.knowledge import seed as knowledge_seed
from hotline.law_rooms import law_seed
from hotline.settings import Settings
from hotline.sign_ins import PASSWORD, held
from hotline.tables import UserRow

DEMONSTRATION = "demonstration-"  # how the keys of its cases begin, behind their channel
CENTRE = {
    "agent": ("话务员甲", Role.AGENT),
    "agent2": ("话务员乙", Role.AGENT),
    "supervisor": ("督办员", Role.SUPERVISOR),
    "legal": ("法制员", Role.LEGAL),
    "mediator": ("调解员", Role.MEDIATOR),
    "admin": ("系统管理员", Role.ADMIN),
    "security": ("安全管理员", Role.SECURITY),
    "auditor": ("审计员", Role.AUDITOR),
}

Move = tuple[str, str, float, dict[str, Any]]  # step, who, office hours after the step before, facts

SIGN: Move = ("sign_for", "handler", 2, {})
START: Move = ("start", "handler", 2, {"text": "已联系来电人，安排现场核查"})
ANSWER: Move = ("answer", "handler", 5, {"text": "经现场核查，问题属实，已责成责任方整改，并向来电人说明情况。"})
PASS: Move = ("approve_answer", "chief", 3, {"text": "同意"})
CALLED: Move = (
    "call_back",
    "agent",
    6,
    {"reached": True, "contacted": True, "solved": True, "satisfied": True, "text": "来电人表示满意"},
)
CLOSE: Move = ("close", "agent", 1, {})
BACK: Move = ("send_back", "handler", 2, {"reason": "not_ours", "text": "经核实，该事项不属于本单位职责范围"})
ASK: Move = ("ask_extension", "handler", 6, {"days": 5, "reason": "需要协调多家单位，五个工作日内难以办结"})
JOIN: Move = ("add_co_handler", "supervisor", 1, {"office": "ecology", "part": "协助检测与取证"})
LETTER = "督办〔示范〕1号"
URGE: Move = ("supervise", "supervisor", 12, {"letter": LETTER, "text": "群众反映强烈，请限期办结"})

PATHS: Mapping[str, tuple[Move, ...]] = {
    "registered": (),
    "dispatched": (),
    "alarm": (),
    "signed": (SIGN,),
    "in_hand": (SIGN, START),
    "returned": (BACK,),
    "ruled": (BACK, ("reject_return", "supervisor", 3, {"text": "属于你单位职责，请依法办理"})),
    "upheld": (BACK, ("uphold_return", "supervisor", 3, {"text": "同意退单，重新派单"})),
    "co": (SIGN, START, JOIN),
    "co_done": (SIGN, START, JOIN, ("co_answer", "co", 6, {"office": "ecology", "text": "已完成检测，结果附后"})),
    "ext_asked": (SIGN, START, ASK),
    "extended": (SIGN, START, ASK, ("approve_extension", "chief", 2, {"days": 5})),
    "suspended": (SIGN, START, ("suspend", "chief", 4, {"ground": "season", "text": "水位过高，汛后施工"})),
    "supervised": (SIGN, START, URGE),
    "supervised_replied": (
        SIGN,
        START,
        URGE,
        ("reply_supervision", "handler", 4, {"letter": LETTER, "text": "已约谈责任方，限期三日整改"}),
    ),
    "answered": (SIGN, START, ANSWER),
    "reviewed": (SIGN, START, ANSWER, PASS),
    "called_back": (SIGN, START, ANSWER, PASS, CALLED),
    "closed": (SIGN, START, ANSWER, PASS, CALLED, CLOSE),
    "rated": (SIGN, START, ANSWER, PASS, CALLED, CLOSE, ("rate", "citizen", 2, {"score": 5, "solved": True})),
    "reopened": (SIGN, START, ANSWER, PASS, ("reopen", "agent", 8, {"reason": "来电人称问题反弹，要求重新办理"})),
    "merged": (("merge", "agent", 1, {"reason": "与主件为同一事件"}),),
    "withdrawn": (("withdraw", "citizen", 3, {"text": "已自行协商解决"}),),
    "desk": (("answer_at_desk", "agent", 0.1, {"text": "可到户籍地或居住地派出所办理，携带旧证即可。"}),),
    "emergency": (("hand_to_emergency", "agent", 0.1, {"number": "120", "told": "已三方通话转接120并说明位置"}),),
    "divert": (
        (
            "divert",
            "agent",
            0.2,
            {"path": "可申请行政复议或者提起行政诉讼", "basis": "《行政复议法》第二十条：自知道之日起六十日内"},
        ),
    ),
}
IN_TRIAGE = frozenset({"desk", "emergency", "divert", "registered"})


def seed_if_empty(settings: Settings) -> bool:
    """Loads the demonstration into a house without accounts; whether the house holds the demonstration."""
    known = held(settings.database_url)
    if known is not None:
        return known
    house = open_house(settings)
    try:
        seed(house)
    finally:
        house.close()
    return True


def seed(house: House) -> None:
    """Writes accounts and cases."""
    actors = _accounts(house)
    table = tomllib.loads((house.settings.city / "demonstration.toml").read_text(encoding="utf-8"))
    for n, case in enumerate(table["case"]):
        _case(house, case, n, actors)
    knowledge_seed.load(house, actors)
    law_seed.load(house, actors, f"law:{DEMONSTRATION}")


def _accounts(house: House) -> dict[str, Actor]:
    """One account a role at the centre, a handler and a chief an office, all with the same password."""
    people = [(login, name, role, "") for login, (name, role) in CENTRE.items()]
    for code, title in house.city.offices.items():
        people.append((code, f"{title}承办人", Role.HANDLER, code))
        people.append((f"{code}-chief", f"{title}负责人", Role.CHIEF, code))
    password, now = hashed(PASSWORD), house.now()
    rows = [
        {"login": login, "name": name, "roles": role.value, "office": office, "phone": None}
        | {"password": password, "active": True, "created_at": now}
        for login, name, role, office in people
    ]
    with house.writing() as connection:
        connection.execute(insert(UserRow), rows)
        ids = {login: user for user, login in connection.execute(select(UserRow.id, UserRow.login))}
    return {
        login: Actor(f"user:{ids[login]}", name, frozenset({role}), office) for login, name, role, office in people
    }


def _case(house: House, case: dict[str, Any], n: int, actors: Mapping[str, Actor]) -> None:
    at = _begin(house, case.get("days", 0), n)
    citizen = case.get("channel", "phone") != "phone"
    incoming = Incoming(
        kind=case["kind"],
        text=case["text"],
        title=case["title"],
        channel=case.get("channel", "phone"),
        actor=CITIZEN if citizen else actors["agent"],
        person=Person(name=case.get("name", ""), phone=f"139000{n:05d}" if case.get("name") else ""),
        urgent=case.get("urgent", False),
        street=case.get("street", ""),
        place=case.get("place", ""),
        office=case.get("office", ""),
        key=f"{DEMONSTRATION}{n}",
        at=at,
        quiet=True,
    )
    planned = opening(house, incoming)
    follow = () if case["path"] in IN_TRIAGE else planned.follow
    written = house.ledger.write(replace(planned, at=at, now=at, follow=follow))
    for move in PATHS[case["path"]]:
        if move is ANSWER:
            at = _parts(house, written.case, at, actors)
        at = _take(house, written.case, move, at, actors)


def _parts(house: House, case: int, at: datetime, actors: Mapping[str, Actor]) -> datetime:
    """The parts of the co-handling offices, which the lead waits for."""
    for office in _file(house, case).co_offices:
        move = ("co_answer", office, 2.0, {"office": office, "text": "已完成本单位协办事项"})
        at = _take(house, case, move, at, actors)
    return at


def _file(house: House, case: int) -> File:
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file is not None
    return file


def _take(house: House, case: int, move: Move, after: datetime, actors: Mapping[str, Actor]) -> datetime:
    """One step of the demonstration, at its hour of office time or just now where that has not come."""
    step, who, hours, facts = move
    calendar, now = house.city.calendar, house.now()
    planned = calendar.at_open_seconds(calendar.open_seconds(after) + int(hours * 3600))
    at = max(after, min(planned, now))
    file = _file(house, case)
    asks = WORK_ORDER.step(step).asks
    told = {**facts, **_lately(house, file, step, at)}
    house.ledger.write(
        Taking(
            case=case,
            step=step,
            actor=_who(who, file, actors),
            at=at,
            now=at,
            facts=convert(told, asks) if asks else None,
            quiet=True,
        )
    )
    return at


def _lately(house: House, file: File, step: str, at: datetime) -> dict[str, Any]:
    """Facts that depend on the day or on another case."""
    if step == "supervise":
        return {"answer_by": house.city.calendar.after(house.city.calendar.day_of(at), 3)}
    if step == "merge":
        with house.reading() as connection:
            lead = select(CaseRow.number).where(CaseRow.title == "自来水连续停水两天")
            return {"into": connection.scalar(lead)}
    return {}


def _who(who: str, file: File, actors: Mapping[str, Actor]) -> Actor:
    if who == "citizen":
        return CITIZEN
    if who == "handler":
        return actors[file.office]
    if who == "chief":
        return actors[f"{file.office}-chief"]
    return actors["ecology" if who == "co" else who]


def _begin(house: House, days: int, n: int) -> datetime:
    """Some minutes into the working day `days` before now, never in the future."""
    calendar, now = house.city.calendar, house.now()
    today = calendar.day_of(now)
    if days == 0:
        return now - timedelta(minutes=3 + n)
    day = calendar.after(today, -days)
    opens = calendar.hours[0][0]
    return calendar.midnight(day) + timedelta(hours=opens.hour, minutes=opens.minute + 4 * (n % 40))
