"""The legal files of the demonstration: a reconsideration with its hearing, a suit with its summons, a mediation with
its session, all of them still to come, so that the calendar of whoever looks has something in it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from cases.changes import Move, Opening
from cases.parties import Person
from cases.people import Actor
from cases.procedures.evidence import Examined, Exhibit
from cases.procedures.litigation_facts import Complaint
from cases.procedures.litigation_facts import Hearing as Summons
from cases.procedures.mediation_facts import Consent, Dispute, Mediator, Planned
from cases.procedures.reconsideration_facts import Acceptance, Application, Hearing
from hotline.house import House

PERSON = Person(name="宋词", phone="13900000901")
SUED = "（2026）示0702行初9号"


def load(house: House, actors: Mapping[str, Actor], key: str) -> None:
    """Writes the three files; `key` is how the keys of the demonstration begin."""
    now = house.now()
    today = house.city.calendar.day_of(now)
    legal, mediator = actors["legal"], actors["mediator"]
    tried = _tried(legal, house.city.calendar.after(today, 12))
    _open(house, "reconsideration", _application(), (legal, tried), key)
    complaint = Complaint(
        party=0, office="urban", docketed=today - timedelta(days=3), court="示范区人民法院", court_number=SUED,
        title="不服拆除决定", text="原告请求撤销限期拆除决定。",
    )  # fmt: skip
    summons = Summons(hearing=house.city.calendar.after(today, 8), place="第三法庭")
    _open(house, "litigation", complaint, (legal, (Move("set_hearing", summons, legal),)), key)
    dispute = Dispute(
        party=0,
        kind="people",
        text="楼上卫生间渗水，楼下吊顶受损，双方对赔偿数额有争议。",
        title="渗水赔偿纠纷",
        office="housing",
    )
    _open(house, "mediation", dispute, (mediator, _met(house, mediator, house.city.calendar.after(today, 3))), key)


def _application() -> Application:
    return Application(
        party=0, text="申请人不服五百元罚款决定，认为没有占道经营。", title="不服占道经营罚款", respondent="武陵区城市管理局（示范）",
        office="justice", channel="counter",
    )  # fmt: skip


def _tried(legal: Actor, held_on: date) -> tuple[Move, ...]:
    """Accepted with two handlers, its first evidence, a hearing arranged."""
    two = Acceptance(handlers=("周审理", "郑审理"), certificates=("示复0001", "示复0002"))
    decision = Exhibit(
        item="申1", name="处罚决定书", side="applicant", proves="罚款的数额和理由", form="copy", pages=2
    )
    photo = Exhibit(
        item="被1", name="现场照片", side="respondent", proves="占道的位置", form="electronic", pages=3
    )
    seen = Examined(item="申1", outcome="accepted", reason="与原件核对一致")
    hearing = Hearing(held_on=held_on, place="三楼听证室")
    return (
        Move("accept", two, legal),
        Move("submit_evidence", decision, legal),
        Move("submit_evidence", photo, legal),
        Move("examine_evidence", seen, legal),
        Move("arrange_hearing", hearing, legal),
    )


def _met(house: House, mediator: Actor, day: date) -> tuple[Move, ...]:
    """Both willing, a mediator chosen, a session planned."""
    begin = datetime.combine(day, time(9, 30), house.city.calendar.zone)
    chosen = Mediator(mediator="mediator", chosen_by="both", no_interest=True)
    return (
        Move("consent", Consent(side="respondent", how="spoken"), mediator),
        Move("accept_people", None, mediator),
        Move("choose_mediator", chosen, mediator),
        Move(
            "plan_session",
            Planned(start=begin, end=begin + timedelta(minutes=90), room="一号调解室"),
            mediator,
        ),
    )


def _open(house: House, procedure: str, facts: object, steps: tuple[Actor, tuple[Move, ...]], key: str) -> None:
    actor, follow = steps
    at = house.now()
    opening = Opening(
        procedure=procedure, facts=facts, person=PERSON, actor=actor, at=at, now=at, follow=follow, quiet=True,
        key=f"{key}{procedure}",
    )
    house.ledger.write(opening)
