"""The calendar: published years, the year without a notice, and files that cannot be meant."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.calendar import published, read_years

CALENDAR = published()


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_working_days_of_the_published_years(year: int, days: int) -> None:
    assert CALENDAR.between(date(year, 1, 1), date(year + 1, 1, 1)) == days


@pytest.mark.parametrize("day", ["2024-02-04", "2025-09-28", "2026-02-14", "2026-10-10"])
def test_make_up_days_work(day: str) -> None:
    made_up = date.fromisoformat(day)
    assert made_up.weekday() >= 5
    assert CALENDAR.works(made_up)
    assert CALENDAR.roll(made_up) == made_up
    assert "调休上班" in CALENDAR.why(made_up)


def test_2027_is_provisional_and_invents_no_swaps() -> None:
    assert not CALENDAR.firm(date(2027, 3, 1))
    assert not CALENDAR.works(date(2027, 2, 8))  # the eve and three days are the law's
    assert CALENDAR.works(date(2027, 2, 9))
    assert all(not CALENDAR.works(date(2027, 1, 1) + timedelta(n)) for n in range(365)
               if (date(2027, 1, 1) + timedelta(n)).weekday() >= 5)  # fmt: skip


def test_the_same_instant_is_the_same_day_in_every_zone() -> None:
    evening = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)  # Saturday 01:30 at the office
    assert CALENDAR.day_of(evening) == CALENDAR.day_of(evening.astimezone(CALENDAR.zone)) == date(2026, 11, 28)


def test_the_office_opens_next_on_the_working_day_after() -> None:
    friday_night = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
    assert CALENDAR.next_open(friday_night) == datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
    lunch = datetime(2026, 11, 27, 4, 30, tzinfo=UTC)
    assert CALENDAR.next_open(lunch) == datetime(2026, 11, 27, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[2028]\nnotice = "x"\noff = [{ name = "元旦", days = [2027-12-31, 2028-01-01] }]', "not in 2028"),
        ('[2028]\nnotice = "x"\noff = []\nwork = [2028-01-03]', "Saturday or a Sunday"),
        ('[2028]\nnotice = "x"\noff = [{ name = "元旦", days = [2028-01-01, 2028-01-02] }]\nwork = [2028-01-01]', "rest day"),
        ("[2028]\nnotice = 3\noff = []", "notice"),
    ],
)
def test_a_table_that_cannot_be_meant_is_named(text: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        read_years(text)
