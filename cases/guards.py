"""What forbids a step, as small named values that a definition can list beside it.

Each is asked with an `Attempt` and answers the reason in Chinese, or None. While a button is being drawn
`facts` is None, and a guard about what was typed holds its peace.
"""

from cases.clocks import Reading, State, extension_left, latest
from cases.history import after_last
from cases.law import Length
from cases.procedure import Attempt, Guard


def done_before(step: str, reason: str) -> Guard:
    """Forbids once `step` stands in the history."""
    return lambda attempt: reason if attempt.file.has(step) else None


def done_since(step: str, since: frozenset[str], reason: str) -> Guard:
    """Forbids once `step` stands in the history after the last of `since`."""
    return lambda attempt: (
        reason if any(event.step == step for event in after_last(attempt.file.history, since)) else None
    )


def not_running(clock: str, reason: str) -> Guard:
    """Forbids unless `clock` runs: a right that nothing has given, or that was used."""

    def guard(attempt: Attempt) -> str | None:
        reading = _run(attempt, clock, "")
        return None if reading is not None and reading.open else reason

    return guard


def not_before(step: str, reason: str) -> Guard:
    """Forbids until `step` stands in the history."""
    return lambda attempt: None if attempt.file.has(step) else reason


def pending(opens: str, shuts: tuple[str, ...], reason: str) -> Guard:
    """Forbids while an `opens` has no later one of `shuts`."""
    return lambda attempt: reason if is_pending(attempt, opens, shuts) else None


def not_pending(opens: str, shuts: tuple[str, ...], reason: str) -> Guard:
    """Forbids unless an `opens` still has no later one of `shuts`."""
    return lambda attempt: None if is_pending(attempt, opens, shuts) else reason


def is_pending(attempt: Attempt, opens: str, shuts: tuple[str, ...]) -> bool:
    """Whether the last of `opens` and `shuts` in the history is `opens`."""
    found = [event.step for event in attempt.file.history if event.step == opens or event.step in shuts]
    return bool(found) and found[-1] == opens


def after_end(clock: str, reason: str, per: str = "") -> Guard:
    """Forbids at or after the end of the current run of `clock`: measured by `at`, the moment that counts. Of a
    keyed clock, the run of the key that the fact `per` names."""

    def guard(attempt: Attempt) -> str | None:
        reading = _run(attempt, clock, per)
        if reading is None or not reading.open:
            return None
        late = reading.state(attempt.at) is State.OVERDUE
        return f"{reason}（期限{reading.lengths}，已于{_day(attempt, reading)}届满）" if late else None

    return guard


def before_end(clock: str, reason: str, per: str = "") -> Guard:
    """Forbids while the current run of `clock` is not over: a period somebody else must be left."""

    def guard(attempt: Attempt) -> str | None:
        reading = _run(attempt, clock, per)
        if reading is None or not reading.open or reading.state(attempt.at) is State.OVERDUE:
            return None
        return f"{reason}（期限{reading.lengths}，至{_day(attempt, reading)}届满）" if reading.end else reason

    return guard


def not_silent(clocks: tuple[str, ...], reason: str) -> Guard:
    """Forbids until one of `clocks` is over and still runs: what the law attaches to silence is not said
    sooner, once for each run, and stands at the expiry whenever it is written down."""

    def guard(attempt: Attempt) -> str | None:
        said = max((event.seq for event in attempt.file.history if event.step == attempt.step.name), default=0)
        for reading in attempt.file.readings(attempt.city):
            if reading.clock.id not in clocks or not reading.open or reading.started_by < said:
                continue
            if reading.end and reading.expiry and reading.end.moment <= attempt.now:
                return None if attempt.at >= reading.expiry else reason
        return reason

    return guard


def not_extendable(clock: str) -> Guard:
    """Forbids when `clock` is not running, is over, has no extension left, or more is asked than the cap."""

    def guard(attempt: Attempt) -> str | None:
        file = attempt.file
        reading = latest(file.readings(attempt.city), clock)
        if reading is None or not reading.open:
            return "期限没有在计算，无从延长"
        if reading.state(attempt.at) is State.OVERDUE:
            return "期限已经届满，不能再延长"
        left, cap = extension_left(reading.clock, file.history, file.setting(attempt.city))
        if left == 0:
            return "延期次数已经用完"
        assert reading.clock.extends is not None, "only a clock that can be extended has one left"
        return None if reading.clock.extends.cap is None else _over_cap(attempt, cap)

    return guard


def no_such_office(attempt: Attempt) -> str | None:
    """Forbids naming an office the city does not have."""
    named = getattr(attempt.facts, "office", "")
    known = attempt.city.offices
    return f"没有代码为“{named}”的单位" if named and known and named not in known else None


def same_office(field: str, reason: str) -> Guard:
    """Forbids when the fact `field` names the office that already leads."""

    def guard(attempt: Attempt) -> str | None:
        return reason if attempt.facts and getattr(attempt.facts, field) == attempt.file.office else None

    return guard


def _over_cap(attempt: Attempt, cap: Length | None) -> str | None:
    if cap is None:
        return "本市规定此类工单不得延期"
    asked = getattr(attempt.facts, "days", None)
    return f"一次最多延长{cap}" if asked is not None and asked > cap.n else None


def _run(attempt: Attempt, clock: str, per: str) -> Reading | None:
    key = str(getattr(attempt.facts, per, "")) if per else ""
    return latest(attempt.file.readings(attempt.city), clock, key)


def _day(attempt: Attempt, reading: Reading) -> str:
    assert reading.end is not None
    local = reading.end.moment.astimezone(attempt.city.calendar.zone)
    return f"{local:%Y年%m月%d日 %H:%M}"
