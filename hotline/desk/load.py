"""The desk's day as the board shows it: calls rung, answered and lost, and who took how many.

Of today alone, grouped by the database: a handful of rows however busy the day.
"""

from collections import Counter

from msgspec import Struct
from sqlalchemy import Connection, func, select

from cases.procedures.work_order_facts import CHANNELS
from cases.tables import CaseRow, EventRow
from hotline import bell
from hotline.house import House
from hotline.tables import CallRow


class Agent(Struct, frozen=True):
    """One agent's day."""

    name: str
    answered: int
    registered: int


class Load(Struct, frozen=True, kw_only=True):
    """The day so far. `channels` are requests by the way they came."""

    rung: int
    answered: int
    lost: int
    ringing: int
    channels: tuple[tuple[str, int], ...]
    agents: tuple[Agent, ...]


def load(connection: Connection, house: House) -> Load:
    """Four statements."""
    calendar = house.city.calendar
    since = calendar.midnight(calendar.day_of(house.now()))
    taken, states = _calls(connection, since)
    by = EventRow.by
    made = select(by, func.count()).join(CaseRow, CaseRow.id == EventRow.case_id)
    made = made.where(CaseRow.opened_at >= since, EventRow.seq == 1, by.startswith("user:")).group_by(by)
    registered = dict(list(connection.execute(made)))
    came = select(CaseRow.channel, func.count()).where(CaseRow.opened_at >= since, CaseRow.channel != "")
    channels = connection.execute(came.group_by(CaseRow.channel)).all()
    people = {one for one in {*taken, *registered} if one.startswith("user:")}
    names = bell.names(connection, people)
    agents = [Agent(names.get(one, one), taken.get(one, 0), registered.get(one, 0)) for one in sorted(people)]
    return Load(
        rung=states.total(),
        answered=taken.total(),
        lost=states["lost"],
        ringing=states["ringing"],
        channels=tuple((CHANNELS.get(name, name), n) for name, n in sorted(channels, key=lambda one: -one[1])),
        agents=tuple(sorted(agents, key=lambda one: (-one.answered - one.registered, one.name))),
    )


def _calls(connection: Connection, since: object) -> tuple[Counter[str], Counter[str]]:
    """How many each agent took, and how many ended so: taken, lost, ringing."""
    answered = CallRow.answered_at.is_not(None).label("was")
    asked = select(CallRow.agent, CallRow.state, answered, func.count()).where(CallRow.rang_at >= since)
    taken: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for agent, state, was, n in connection.execute(asked.group_by(CallRow.agent, CallRow.state, answered)):
        states["taken" if was else "lost" if state == "ended" else "ringing"] += n
        if was:
            taken[agent] += n
    return taken, states
