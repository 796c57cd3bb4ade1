"""A leaver's cases handed to a colleague in one go: every case by its procedure's own steps, each with its result.

The order is written first and worked off in portions, so that it can be gone on with wherever it stopped: what a
case still needs is read from its history each time. A case that refuses (two handlers, a party's objection, a
missing certificate) says why and stays where it is; the others go.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, func, insert, select, update

from cases.changes import Taking
from cases.history import ENTRUST, Entrustment
from cases.lists import load_files
from cases.people import Actor, Role
from cases.procedure import File, Refused
from cases.procedures import mediation_facts, reconsideration_facts
from cases.procedures.mediation_guards import mediators
from cases.procedures.reconsideration_guards import handlers_of
from cases.tables import AlertRow, CaseRow, table_of
from hotline.accounts import accounts, in_hand
from hotline.accounts import changes as account_changes
from hotline.accounts.accounts import Kept
from hotline.accounts.in_hand import CHARGE, HANDLER, MEDIATOR
from hotline.accounts.seats import Seat
from hotline.accounts.tables import HandoverItemRow, HandoverRow
from hotline.house import House
from hotline.problems import Problem

RUNS, ITEMS = table_of(HandoverRow), table_of(HandoverItemRow)
PORTION = 100  # cases in one request
ROUNDS = 4  # a mediation needs three steps, and one look that nothing is left
STATES = {"waiting": "待移交", "done": "已移交", "refused": "未移交"}


class Order(Struct, frozen=True, kw_only=True):
    """What is ordered: to whom, why, which cases, and what has to be said of the colleague."""

    to: int
    reason: str
    cases: frozenset[str]  # numbers; empty for all
    certificate: str = ""
    no_interest: bool = False


class Run(Struct, frozen=True, kw_only=True):
    """An order as it stands."""

    id: int
    leaver: Kept
    follower: Kept
    reason: str
    certificate: str
    no_interest: bool
    by: str


def begin(connection: Connection, house: House, seat: Seat, person: Kept, order: Order) -> int:
    """Writes the order down; `Problem` names what is wrong with it."""
    lies = in_hand.held(connection, person)
    chosen = [one for one in lies if not order.cases or one.number in order.cases]
    may = {one[0] for one in in_hand.colleagues(connection, person)}
    errors = {}
    if order.to not in may:
        errors["to"] = "请选择同一单位在岗的同事"
    if not order.reason:
        errors["reason"] = "请写明移交的原因，例如“调离”“休假”"
    if not chosen:
        errors["cases"] = "请至少选择一件"
    if errors:
        raise Problem("没有移交，请看各栏的提示", errors)
    row = {"user_id": person.id, "to_user": order.to, "reason": order.reason[:200], "by": seat.actor.id}
    row |= {"certificate": order.certificate[:60], "no_interest": order.no_interest, "at": house.now()}
    run = int(connection.execute(insert(RUNS).values(**row).returning(RUNS.c.id)).scalar_one())
    items = [
        {"handover_id": run, "case_id": one.case, "part": ",".join(one.parts)[:20], "state": "waiting", "said": ""}
        for one in chosen
    ]
    connection.execute(insert(ITEMS), items)
    account_changes.record(
        connection, house, seat.actor.id, "handover", person, {"note": f"，移交单{run}，{len(items)}件，接手人user:{order.to}"}
    )
    return run


def run_of(connection: Connection, house: House, run: int) -> Run | None:
    """The order of that number."""
    row = connection.execute(select(RUNS).where(RUNS.c.id == run)).one_or_none()
    if row is None:
        return None
    leaver, follower = (accounts.read(connection, user, house.vault) for user in (row.user_id, row.to_user))
    assert leaver is not None
    assert follower is not None
    plain = {name: getattr(row, name) for name in ("id", "reason", "certificate", "no_interest", "by")}
    return Run(leaver=leaver, follower=follower, **plain)


def sums(connection: Connection, run: int) -> dict[str, int]:
    """How many cases of an order are in each state."""
    counted = select(ITEMS.c.state, func.count()).where(ITEMS.c.handover_id == run).group_by(ITEMS.c.state)
    return dict.fromkeys(STATES, 0) | {str(state): int(n) for state, n in connection.execute(counted)}


def results(connection: Connection, run: int, after: int, most: int) -> Sequence[Row[Any]]:
    """The cases of an order with what became of each, by number."""
    listed = (
        select(ITEMS.c.case_id, ITEMS.c.part, ITEMS.c.state, ITEMS.c.said, CaseRow.number, CaseRow.procedure)
        .join(CaseRow, CaseRow.id == ITEMS.c.case_id)
        .where(ITEMS.c.handover_id == run, ITEMS.c.case_id > after)
        .order_by(ITEMS.c.case_id)
        .limit(most)
    )
    return connection.execute(listed).all()


def go_on(house: House, seat: Seat, run: Run, again: bool) -> int:
    """Works off one portion; how many cases were looked at. `again` tries those that refused once more."""
    states = ("waiting", "refused") if again else ("waiting",)
    mine = ITEMS.c.handover_id == run.id, ITEMS.c.state.in_(states)
    with house.reading() as connection:
        items = connection.execute(select(ITEMS.c.case_id, ITEMS.c.part).where(*mine).limit(PORTION)).all()
    left: dict[int, str] = {int(item.case_id): item.part for item in items}
    said: dict[int, str] = {}
    for _ in range(ROUNDS):
        left = {case: part for case, part in left.items() if case not in said}
        if not left:
            break
        said |= _round(house, seat, run, left)
    _settle(house, run, said)
    return len(items)


def _round(house: House, seat: Seat, run: Run, left: Mapping[int, str]) -> dict[int, str]:
    """One step for every case that needs one, all in one batch of the ledger; what became of those that are over:
    empty words for done, else why not."""
    actor = Actor(seat.actor.id, seat.name, frozenset({Role.ADMIN, Role.SYSTEM}))
    with house.reading() as connection:
        files = load_files(connection, left)
    said, asked, now = {}, {}, house.now()
    for case, part in left.items():
        try:
            move = next_step(files[case], run, part)
        except Refused as refused:
            said[case] = str(refused)
            continue
        if move is None:
            said[case] = ""
            continue
        taking = Taking(case=case, step=move[0], facts=move[1], actor=actor, at=now, now=now)
        asked[case] = house.ledger.submit(taking)
    for case, answer in asked.items():
        try:
            answer.result()
        except Refused as refused:
            said[case] = str(refused)
    return said


def next_step(file: File, run: Run, part: str) -> tuple[str, Any] | None:
    """What a case still needs to lie with the follower, or None; `Refused` where nothing can do it. Pure."""
    reason, parts = f"移交：{run.reason}", part.split(",")
    if HANDLER in parts and (name := in_hand.handler_named(run.leaver, file)):
        if run.follower.name in handlers_of(file):
            return "release_handler", reconsideration_facts.Release(handler=name, reason=reason)
        facts = reconsideration_facts.Replacement(
            handler=name, replacement=run.follower.name, certificate=run.certificate, reason=reason
        )
        return "replace_handler", facts
    if MEDIATOR in parts and (move := _at_table(file, run, reason)) is not None:
        return move
    if (CHARGE in parts or MEDIATOR in parts) and not file.ended and file.in_charge != run.follower.actor:
        return ENTRUST, Entrustment(assignee=run.follower.actor, reason=reason)
    return None


def _at_table(file: File, run: Run, reason: str) -> tuple[str, Any] | None:
    """First the new mediator sits down, then the old one stands up: the table is never without one."""
    sitting = mediators(file) if file.stage in in_hand.SEATED else ()
    if run.leaver.login not in sitting:
        return None
    if run.follower.login in sitting:
        facts = mediation_facts.Recused(mediator=run.leaver.login, steps_down=True, reason=reason)
        return "decide_recusal", facts
    if Role.MEDIATOR not in run.follower.roles:
        raise Refused(f"{run.follower.name}不是调解员，请由调解组织另行选定")
    if not run.no_interest:
        raise Refused("须先确认双方当事人对更换调解员没有异议，接手人与当事人、纠纷没有利害关系")
    chosen = mediation_facts.Mediator(mediator=run.follower.login, chosen_by="body", no_interest=True)
    return "choose_mediator", chosen


def _settle(house: House, run: Run, said: Mapping[int, str]) -> None:
    """Writes the results, and gives the follower what alerts the leaver has not seen of cases that went."""
    done = [case for case, words in said.items() if not words]
    with house.writing() as connection:
        for case, words in said.items():
            mine = ITEMS.c.handover_id == run.id, ITEMS.c.case_id == case
            state = "refused" if words else "done"
            connection.execute(update(ITEMS).where(*mine).values(state=state, said=words[:300]))
        unseen = AlertRow.case_id.in_(done), AlertRow.recipient == run.leaver.actor, AlertRow.seen_by.is_(None)
        connection.execute(update(AlertRow).where(*unseen).values(recipient=run.follower.actor))
