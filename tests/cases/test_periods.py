"""What must hold of every count, whatever the dates: the laws of counting, tried on thousands of periods."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.calendar import ONE, Calendar, Rest, Year, published
from cases.explaining import explain
from cases.law import Length, Unit, days, months, office_hours, working_days, years
from cases.periods import End, Period, Span, add_months, day_span, end_of, moment_on

CALENDAR = published()
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
MOMENTS = st.builds(
    lambda day, second: datetime.combine(day, time(), UTC) + timedelta(seconds=second), DAYS, st.integers(0, 86_399)
)
BY_DAY = st.one_of(st.integers(0, 400).map(days), st.integers(0, 120).map(working_days))
DATED = st.one_of(BY_DAY, st.integers(1, 40).map(months), st.integers(1, 5).map(years))
SPELLS = st.tuples(DAYS, st.integers(0, 60)).map(lambda s: (s[0], s[0] + timedelta(days=s[1])))


def _end(period: Period, calendar: Calendar = CALENDAR) -> End:
    end = end_of(period, calendar)
    assert end is not None
    return end


def _period(day: date, *lengths: Length, out: tuple[tuple[date, date], ...] = (), rolls: bool = False) -> Period:
    spans = tuple(day_span(first, last, CALENDAR) for first, last in out)
    return Period(start=moment_on(day, CALENDAR), lengths=lengths, excluded=spans, rolls=rolls)


@given(DAYS, st.integers(0, 200), st.integers(0, 200), st.sampled_from([Unit.DAY, Unit.WORKING_DAY]))
def test_counting_on_is_counting_at_once(day: date, n: int, m: int, unit: Unit) -> None:
    whole = _end(_period(day, Length(n + m, unit))).unrolled
    assert _end(_period(day, Length(n, unit), Length(m, unit))).unrolled == whole
    halfway = _end(_period(day, Length(n, unit))).unrolled
    assert _end(_period(halfway, Length(m, unit))).unrolled == whole


@given(DAYS, st.integers(0, 60), st.integers(0, 60), st.integers(0, 59))
def test_months_forward_never_pass_the_corresponding_day(day: date, n: int, m: int, back: int) -> None:
    assert add_months(day, n + m) >= add_months(add_months(day, n), m)
    assert add_months(day, n).day <= day.day
    assert (add_months(day, n) + ONE * 5).replace(day=1) >= add_months(day.replace(day=1), n)


@given(MOMENTS, DATED, st.booleans())
def test_one_instant_is_one_day_however_it_is_written(moment: datetime, length: Length, rolls: bool) -> None:
    here = Period(start=moment.astimezone(CALENDAR.zone), lengths=(length,), rolls=rolls)
    there = Period(start=moment, lengths=(length,), rolls=rolls)
    assert _end(here) == _end(there)
    assert explain(here, CALENDAR) == explain(there, CALENDAR)


@given(DAYS, DATED, st.booleans())
def test_the_hour_of_the_day_does_not_matter(day: date, length: Length, rolls: bool) -> None:
    first, last = (moment_on(day, CALENDAR, at) for at in (time(0), time(23, 59, 59)))
    ends = {_end(Period(start=start, lengths=(length,), rolls=rolls)) for start in (first, last)}
    assert len(ends) == 1


@given(DAYS, DATED, st.booleans(), DAYS)
def test_a_longer_holiday_never_makes_a_date_earlier(day: date, length: Length, rolls: bool, more: date) -> None:
    year = CALENDAR.years[more.year]
    longer = Year(
        off=(*year.off, Rest("加放", (more, more))),
        work=tuple(made_up for made_up in year.work if made_up != more),
        notice=year.notice,
    )
    period = _period(day, length, rolls=rolls)
    before, after = _end(period), _end(period, CALENDAR.with_years({more.year: longer}))
    assert after.due >= before.due
    assert after.unrolled >= before.unrolled


@given(DAYS, DATED, st.booleans(), st.lists(SPELLS, max_size=4), SPELLS)
def test_leaving_more_out_never_makes_a_date_earlier(
    day: date, length: Length, rolls: bool, out: list[tuple[date, date]], more: tuple[date, date]
) -> None:
    before = _end(_period(day, length, out=tuple(out), rolls=rolls))
    after = _end(_period(day, length, out=(*out, more), rolls=rolls))
    assert after.unrolled >= before.unrolled
    assert after.due >= before.due


@given(DAYS, BY_DAY, st.lists(SPELLS, min_size=1, max_size=5), st.booleans())
def test_pauses_count_as_their_union(
    day: date, length: Length, out: list[tuple[date, date]], rolls: bool
) -> None:
    union = {first + ONE * n for first, last in out for n in range((last - first).days + 1)}
    apart = tuple((single, single) for single in sorted(union))
    whole = _end(_period(day, length, out=tuple(out), rolls=rolls))
    assert _end(_period(day, length, out=tuple(reversed(out)), rolls=rolls)) == whole
    assert _end(_period(day, length, out=apart, rolls=rolls)) == whole


@given(DAYS, BY_DAY, st.lists(SPELLS, max_size=4), st.booleans())
def test_the_days_are_explained_one_by_one(
    day: date, length: Length, out: list[tuple[date, date]], rolls: bool
) -> None:
    period = _period(day, length, out=tuple(out), rolls=rolls)
    end, told = _end(period), explain(period, CALENDAR)
    counted = [one.date for one in told if one.counted]
    assert len(counted) == length.n
    if counted:
        assert counted[-1] == end.unrolled
    assert [one.date for one in told] == [day + ONE * n for n in range((end.due - day).days + 1)]
    assert all(one.because for one in told)


@given(DAYS, DATED, st.lists(SPELLS, max_size=3))
def test_an_extension_is_added_to_the_unrolled_end(
    day: date, length: Length, out: list[tuple[date, date]]
) -> None:
    base = _end(_period(day, length, out=tuple(out), rolls=True))
    extended = _end(_period(day, length, days(30), out=tuple(out), rolls=True))
    left = [spell for spell in out if spell[1] > base.unrolled]
    assert extended.unrolled == _end(_period(base.unrolled, days(30), out=tuple(left))).unrolled


@given(DAYS, DATED)
def test_only_a_day_of_rest_moves_the_last_day(day: date, length: Length) -> None:
    end = _end(_period(day, length, rolls=True))
    assert CALENDAR.works(end.due)
    assert end.rolled is not CALENDAR.works(end.unrolled)
    assert not any(CALENDAR.works(end.unrolled + ONE * n) for n in range((end.due - end.unrolled).days))


@given(DAYS, st.integers(0, 30), st.sampled_from([Unit.DAY, Unit.WORKING_DAY]))
def test_counting_back_leaves_full_clear_days(day: date, n: int, unit: Unit) -> None:
    period = Period(start=moment_on(day, CALENDAR), lengths=(Length(n, unit),), backward=True)
    due = _end(period).due
    between = [due + ONE * k for k in range(1, (day - due).days)]
    clear = between if unit is Unit.DAY else [one for one in between if CALENDAR.works(one)]
    assert len(clear) == n
    assert sum(one.counted for one in explain(period, CALENDAR)) == n
    if unit is Unit.WORKING_DAY:
        assert CALENDAR.works(due)


@given(MOMENTS, st.integers(0, 80))
def test_office_time_goes_there_and_back(moment: datetime, n: int) -> None:
    position = CALENDAR.open_seconds(moment)
    assert CALENDAR.open_seconds(CALENDAR.at_open_seconds(position)) == position
    assert CALENDAR.at_open_seconds(position) <= max(moment, CALENDAR.next_open(moment))
    end = _end(Period(start=moment, lengths=(office_hours(n),)))
    assert CALENDAR.open_seconds(end.moment) == position + n * 3600


@given(MOMENTS, st.integers(1, 40), st.integers(0, 72), st.integers(1, 72))
def test_an_open_pause_stands_still_and_a_closed_one_is_added(
    moment: datetime, n: int, after: int, lasts: int
) -> None:
    start = moment + timedelta(hours=after)
    hours = (Length(n, Unit.HOUR),)
    held = end_of(Period(start=moment, lengths=hours, excluded=(Span(start),)), CALENDAR)
    plain = _end(Period(start=moment, lengths=hours))
    if after >= n:
        assert held == plain
        return
    assert held is None
    shut = Span(start, start + timedelta(hours=lasts))
    assert _end(Period(start=moment, lengths=hours, excluded=(shut,))).moment == plain.moment + timedelta(hours=lasts)


def test_a_year_without_a_notice_is_provisional() -> None:
    assert _end(_period(date(2026, 12, 28), working_days(10))).provisional
    assert not _end(_period(date(2026, 11, 2), working_days(10))).provisional


@pytest.mark.parametrize(
    ("day", "due"),
    [(date(2026, 3, 20), date(2026, 3, 26)), (date(2026, 3, 19), date(2026, 3, 25))],
)
def test_a_pause_from_a_to_b_takes_out_a_until_before_b(day: date, due: date) -> None:
    noon = moment_on(date(2026, 3, 21), CALENDAR), moment_on(date(2026, 3, 24), CALENDAR)
    period = Period(start=moment_on(day, CALENDAR), lengths=(days(3),), excluded=(Span(*noon),))
    assert _end(period).due == due
