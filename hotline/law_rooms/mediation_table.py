"""The table of a mediation: everything the mediator works at on one page, advised and refused by the rules of `mediation`.

The steps stay those of the procedure. What is typed here becomes such steps once the rules have nothing against
it; the steps that ask for nothing more than their own form are linked where they belong.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from msgspec import Struct
from sqlalchemy import Connection, exists, select

from cases.changes import Taking
from cases.choices import choices
from cases.lists import load_file, load_files
from cases.people import Role
from cases.procedure import Attempt, File, Refused, why_not
from cases.procedures.mediation_facts import KINDS, SIDES
from cases.tables import CaseRow, EventRow
from hotline import bell
from hotline.access import seen_case
from hotline.accounts.seats import Seat
from hotline.fields import Field, fields_of, from_form, from_values
from hotline.house import House
from hotline.law_rooms import mediation_papers
from hotline.law_rooms.mediation_forms import ACTS, Around, sides
from hotline.office.casework import PREFIX
from hotline.problems import Problem
from hotline.sent import whole_number
from hotline.tables import UserRow
from hotline.web import Asking, render, see_other, wants_html
from mediation.agreement import Duty, confirmation_end, enforcement_end, overdue
from mediation.panel import CHOICE, RECUSAL, Candidate, why_not_sit
from mediation.sessions import Sitting, absences, clashes, next_date, unheard
from mediation.table import table_of, ties_known

MOST = 200  # of mediators on the roster, and of other tables looked at
STEP_OF = {"choose": "choose_mediator", "plan": "plan_session", "minutes": "hold_session", "agree": "agree_in_writing",
           "duty": "set_part"}  # fmt: skip
PARTS = {  # where the procedure's own forms belong
    "consent": ("consent", "refuse", "decline", "accept_people", "accept_admin", "accept_court"),
    "panel": ("object_mediator", "decide_recusal"),
    "after": ("apply_confirmation", "court_accepts", "confirm", "perform_part", "follow_up", "break", "default", "enforce",
              "close"),
    "out": ("agree_longer", "extend_admin", "fail", "withdraw"),
}  # fmt: skip


class Chair(Struct, frozen=True, kw_only=True):
    """Somebody on the roster: may he sit, and if not why."""

    login: str
    name: str
    office: str
    sits: bool
    refused: str


class Owed(Struct, frozen=True, kw_only=True):
    """A duty of the agreement as the page lists it."""

    duty: Duty
    side: str
    state: str
    enforce_until: Any


@get("/cases/{number:str}/table", sync_to_thread=True)
def table_page(request: Asking, house: House, seat: Seat, number: str) -> Response[Any] | Template:
    """The table, as a page or as JSON."""
    around = _around(house, seat, number)
    if wants_html(request):
        return _page(request, house, seat, around)
    return Response(_told(around), headers={"Cache-Control": "no-store"})


@post("/cases/{number:str}/table", status_code=200, sync_to_thread=True)
def act(
    request: Asking, house: House, seat: Seat, number: str, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """One act at the table: 409 with the reason, 422 with the fields, else the steps it became."""
    around = _around(house, seat, number)
    try:
        steps = _taken(house, seat, around, typed)
    except (Refused, Problem) as wrong:
        if not wants_html(request):
            raise
        return _page(request, house, seat, around, typed, wrong)
    if wants_html(request):
        return see_other(f"/cases/{number}/table?done={steps[0]}")
    return Response({"number": number, "steps": steps})


def _taken(house: House, seat: Seat, around: Around, typed: Mapping[str, Any]) -> list[str]:
    """Does what was typed; the names of the steps."""
    name = str(typed.get("act", ""))
    if name not in ACTS:
        raise Problem("没有这个事项", {"act": "应为" + "、".join(ACTS)})
    asks, become = ACTS[name]
    if said := _refused(house, seat, around.file, STEP_OF[name]):
        raise said
    given = typed.get("facts")
    named = {key.removeprefix(PREFIX): value for key, value in typed.items() if key.startswith(PREFIX)}
    form = from_values(asks, given) if isinstance(given, dict) else from_form(asks, named)
    steps = become(form, around)
    seen = whole_number(typed.get("seen"))  # a form sent twice is taken once
    for step, facts, at in steps:
        house.ledger.write(
            Taking(
                case=around.file.id,
                step=step,
                actor=seat.actor,
                at=at,
                now=house.now(),
                facts=facts,
                key="",
                asked="",
                seen=seen,
            )
        )
        seen = None
    return [step for step, _, _ in steps]


def _refused(house: House, seat: Seat, file: File, step: str) -> Refused | None:
    now = house.now()
    attempt = Attempt(file=file, step=file.procedure.step(step), actor=seat.actor, at=now, now=now, city=house.city)
    return why_not(attempt)


def _around(house: House, seat: Seat, number: str) -> Around:
    """The case with all that its acts are judged against."""
    calendar, now = house.city.calendar, house.now()
    with house.reading() as connection:
        file = load_file(connection, seen_case(connection, seat, number))
        assert file is not None, "the door has seen it"
        if file.procedure.name != "mediation":
            raise NotFoundException(detail="本案不是调解案件")
        roster, names = _roster(connection)
        others = _others(connection, file.id, now, house)
    table = table_of(file, calendar)
    return Around(file=file, table=table, roster=roster, names=names, others=others, calendar=calendar, now=now)


def _roster(connection: Connection) -> tuple[list[Candidate], dict[str, str]]:
    wanted = select(UserRow.login, UserRow.name, UserRow.office, UserRow.active, UserRow.roles).where(
        UserRow.roles.contains(Role.MEDIATOR.value)
    )
    rows = connection.execute(wanted.order_by(UserRow.login).limit(MOST)).all()
    rows = [row for row in rows if Role.MEDIATOR.value in row.roles.split(",")]
    found = [
        Candidate(mediator=row.login, offices=frozenset(filter(None, (row.office,))), active=row.active) for row in rows
    ]
    return found, {row.login: row.name for row in rows}


def _others(connection: Connection, case: int, now: datetime, house: House) -> list[Sitting]:
    """The sittings of other open mediations that are still to come."""
    planned = exists().where(EventRow.case_id == CaseRow.id, EventRow.step == "plan_session", EventRow.at <= now)
    open_ones = select(CaseRow.id).where(CaseRow.procedure == "mediation", CaseRow.stage == "mediating", planned)
    cases = [other for other in connection.scalars(open_ones.limit(MOST)) if other != case]
    tables = (table_of(file, house.city.calendar) for file in load_files(connection, cases).values())
    return [table.planned for table in tables if table.planned is not None and table.planned.end > now]


def _told(around: Around) -> dict[str, Any]:
    """The table for programs."""
    table, today = around.table, around.calendar.day_of(around.now)
    confirm = confirmation_end(table.agreement, around.calendar) if table.agreement else None
    return {
        "number": around.file.number,
        "stage": around.file.stage,
        "kind": KINDS[around.file.opening.facts.kind],
        "waiting": table.waiting,
        "roster": [msgspec.to_builtins(chair) for chair in _chairs(around)],
        "unheard": unheard(table.records),
        "next_on": next_date(table.records, today),
        "planned": msgspec.to_builtins(table.planned) if table.planned else None,
        "absences": {side: absences(table.records, side) for side in SIDES},
        "confirm_until": confirm.due if confirm else None,
        "duties": [msgspec.to_builtins(one) for one in _owed(around)],
    }


def _chairs(around: Around) -> list[Chair]:
    return [
        Chair(
            login=one.mediator,
            name=around.names[one.mediator],
            office="、".join(sorted(one.offices)),
            sits=one.mediator in around.table.mediators,
            refused=why_not_sit(ties_known(one, around.table), sides(around.file)) or "",
        )
        for one in around.roster
    ]


def _owed(around: Around) -> list[Owed]:
    """The duties of the agreement, each with where it stands."""
    table, today = around.table, around.calendar.day_of(around.now)
    duties = table.agreement.duties if table.agreement else ()
    late = overdue(duties, tuple(table.done), today)
    return [
        Owed(
            duty=duty,
            side=SIDES[duty.side],
            state="已履行" if duty.part in table.done else "逾期未履行" if duty in late else "履行期内",
            enforce_until=enforcement_end(duty, around.calendar).due if duty in late else None,
        )
        for duty in duties
    ]


def _page(
    request: Asking,
    house: House,
    seat: Seat,
    around: Around,
    typed: Mapping[str, Any] | None = None,
    wrong: Refused | Problem | None = None,
) -> Template:
    """The page, as it was typed if it came back."""
    typed, file, table = typed or {}, around.file, around.table
    with house.reading() as connection:
        count = bell.unseen(connection, seat)
    errors = wrong.errors if isinstance(wrong, Problem) else {wrong.field: wrong.message} if wrong else {}
    status = wrong.status if isinstance(wrong, Problem) else 409 if wrong else 200
    links = {choice.step.name: choice for choice in choices(file, seat.actor, around.now, house.city)}
    done = request.query_params.get("done", "")
    return render(
        request,
        "mediation_table.html",
        status,
        **{**_told(around), "file": file, "table": table},
        chairs=_chairs(around),
        owed=_owed(around),
        consents=mediation_papers.consents(file, around.calendar),
        signed=mediation_papers.agreement(file, around.calendar),
        clash=clashes(table.planned, around.others) if table.planned else [],
        sides=SIDES,
        choice=CHOICE,
        recusal=RECUSAL,
        forms={name: _form(house, seat, around, (name, typed, errors)) for name in ACTS if _belongs(file, STEP_OF[name])},
        links={part: [links[s] for s in steps if s in links and _belongs(file, s)] for part, steps in PARTS.items()},
        typed=typed,
        problem=str(wrong) if wrong else "",
        done=next((step.title for step in file.procedure.steps if step.name == done), ""),
        unseen=count,
    )


def _belongs(file: File, step: str) -> bool:
    """Whether a step is one of this stage; whether it may be taken now is another question."""
    return file.stage in file.procedure.step(step).at


def _form(
    house: House, seat: Seat, around: Around, sent: tuple[str, Mapping[str, Any], Mapping[str, str]]
) -> tuple[str, list[Field]]:
    """Why the act may not be (empty: it may), and the fields of its form with what was typed and what is wrong."""
    name, typed, errors = sent
    mine = typed.get("act") == name
    said = {key.removeprefix(PREFIX): str(value) for key, value in typed.items()} if mine else {}
    offers = {"mediator": [(one.mediator, one.mediator) for one in around.roster]}
    refused = _refused(house, seat, around.file, STEP_OF[name])
    return str(refused or ""), fields_of(ACTS[name][0], said, errors if mine else {}, offers)


ROUTES: list[Any] = [table_page, act]
