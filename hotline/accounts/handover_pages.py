"""The pages of a hand-over: what lies with a person, to whom it goes, and what became of each case."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException

from cases.people import Role
from cases.procedure import Refused
from cases.procedures import PROCEDURES
from hotline import bell
from hotline.accounts import handing_over, in_hand
from hotline.accounts.handing_over import Order, Run
from hotline.accounts.people_pages import found
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import Number, whole_number
from hotline.web import Asking, render, see_other, wants_html

PAGE = 100
TYPED = ("to", "reason", "certificate")


@get("/people/{person:int}/handover", sync_to_thread=True)
def handover(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """名下的在办案件：编号、程序、环节、以何身份、在走的时限；不显示案由。"""
    if wants_html(request):
        return _page(request, house, seat, person)
    with house.reading() as connection:
        who = found(connection, house, person)
        held, alerts = in_hand.held(connection, who), in_hand.unseen_alerts(connection, who)
    return Response({"cases": held, "alerts": alerts}, headers={"Cache-Control": "no-store"})


@post("/people/{person:int}/handover", status_code=200, sync_to_thread=True)
def hand_over(request: Asking, house: House, seat: Seat, person: int, typed: dict[str, Any]) -> Response[Any]:
    """移交给同一单位的同事 `to`（账号编号）：`cases` 为编号（`all` 为全部），`reason` 为原因；复议承办须有 `certificate`，
    调解须确认 `no_interest`。"""
    try:
        with house.writing() as connection:
            run = handing_over.begin(connection, house, seat, found(connection, house, person), _order(typed))
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return _page(request, house, seat, person, typed, wrong)
    _work(house, seat, run, again=False)
    return see_other(f"/people/handovers/{run}") if wants_html(request) else Response(_told(house, run))


@get("/people/handovers/{handover_id:int}", sync_to_thread=True)
def progress(request: Asking, house: House, seat: Seat, handover_id: int, after: Number = 0) -> Response[Any]:
    """一次移交办到哪里，每件的结果。"""
    if not wants_html(request):
        return Response(_told(house, handover_id), headers={"Cache-Control": "no-store"})
    with house.reading() as connection:
        run = handing_over.run_of(connection, house, handover_id)
        if run is None:
            raise NotFoundException(detail="没有这次移交")
        sums = handing_over.sums(connection, handover_id)
        rows = handing_over.results(connection, handover_id, after, PAGE + 1)
        count = bell.unseen(connection, seat)
    onward = f"/people/handovers/{handover_id}?after={rows[PAGE - 1].case_id}" if len(rows) > PAGE else ""
    return render(
        request, "handover_run.html", run=run, sums=sums, rows=rows[:PAGE], onward=onward, parts=in_hand.PARTS,
        states=handing_over.STATES, whole=sum(sums.values()), procedures=PROCEDURES, unseen=count,
    )  # fmt: skip


@post("/people/handovers/{handover_id:int}", status_code=200, sync_to_thread=True)
def go_on(request: Asking, house: House, seat: Seat, handover_id: int, typed: dict[str, Any]) -> Response[Any]:
    """继续移交余下的；`again` 为把未移交成的再试一次。"""
    _work(house, seat, handover_id, bool(typed.get("again")))
    return see_other(f"/people/handovers/{handover_id}") if wants_html(request) else Response(_told(house, handover_id))


def _work(house: House, seat: Seat, run: int, again: bool) -> None:
    with house.reading() as connection:
        order: Run | None = handing_over.run_of(connection, house, run)
    if order is None:
        raise NotFoundException(detail="没有这次移交")
    handing_over.go_on(house, seat, order, again)


def _told(house: House, run: int) -> dict[str, Any]:
    with house.reading() as connection:
        if handing_over.run_of(connection, house, run) is None:
            raise NotFoundException(detail="没有这次移交")
        rows = handing_over.results(connection, run, 0, 10 * PAGE)
        sums = handing_over.sums(connection, run)
    return {"id": run, **sums, "cases": [{"number": r.number, "state": r.state, "said": r.said} for r in rows]}


def _order(typed: dict[str, Any]) -> Order:
    given = typed.get("cases") or []
    listed = [given] if isinstance(given, str) else list(given)
    if not listed and not typed.get("all"):
        listed = ["-"]  # nothing chosen is not everything
    return Order(
        to=whole_number(typed.get("to"), 18) or 0,
        reason=" ".join(str(typed.get("reason") or "").split()),
        cases=frozenset() if typed.get("all") else frozenset(str(one) for one in listed),
        certificate=str(typed.get("certificate") or "").strip(),
        no_interest=bool(typed.get("no_interest")),
    )


def _page(
    request: Asking, house: House, seat: Seat, person: int, typed: dict[str, Any] | None = None,
    wrong: Problem | Refused | None = None,
) -> Response[Any]:  # fmt: skip
    with house.reading() as connection:
        who = found(connection, house, person)
        held = in_hand.held(connection, who)
        alerts, near = in_hand.unseen_alerts(connection, who), in_hand.colleagues(connection, who)
        count = bell.unseen(connection, seat)
    given = typed or {"all": "1"}
    chosen = given.get("cases") or []
    parts = {part for one in held for part in one.parts}
    status = 200 if wrong is None else wrong.status if isinstance(wrong, Problem) else 409
    return render(
        request, "handover.html", status, who=who, held=held, alerts=alerts, unseen=count,
        colleagues=[(one[0], one[1], one[2], [Role(role) for role in sorted(one[3])]) for one in near],
        parts=in_hand.PARTS, asks=parts, typed={name: str(given.get(name) or "") for name in TYPED},
        all=bool(given.get("all")), no_interest=bool(given.get("no_interest")),
        chosen=[chosen] if isinstance(chosen, str) else list(chosen),
        errors=wrong.errors if isinstance(wrong, Problem) else {}, problem=str(wrong) if wrong else "",
    )  # fmt: skip


ROUTES: list[Any] = [handover, hand_over, progress, go_on]
