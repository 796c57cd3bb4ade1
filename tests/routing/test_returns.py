"""What returns teach: counted right, said plainly, and a change only where they agree on one."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from routing.returns import AGREED, MANY, Change, Record, Returned, Ruling, Sent, records, suspects, told

AT = datetime(2026, 11, 23, tzinfo=UTC)
OFFICES = {"x": "甲局", "y": "乙局"}
STREETS = {"z": "启明街道"}


def back(n: int, ruling: Ruling = "upheld", to: str = "y", street: str = "", rule: str = "duty.a") -> list[Returned]:
    return [
        Returned(number=str(i), rule=rule, office="x", street=street, reason="not_ours", at=AT, ruling=ruling,
                 went_to=to if ruling == "upheld" else "")
        for i in range(n)
    ]  # fmt: skip


def one(sent: list[Sent], returned: list[Returned]) -> Record:
    (found,) = records(sent, returned)
    return found


def test_the_sentence_has_every_figure() -> None:
    came = back(9) + back(1, to="w") + back(1, "rejected") + back(1, "")
    found = one([Sent("duty.a", "", 40)], came)
    assert (found.dispatched, found.returned, found.upheld, found.rejected) == (40, 12, 10, 1)
    assert found.change == Change("duty.a", "y")
    assert (found.moved, found.others, found.suspect) == (9, 28, True)
    assert told(found, OFFICES, STREETS) == (
        "派出40件，退回12件：同意10件，不同意1件，待裁定1件。"
        "同意退回的有9件改派乙局，建议这一项改由乙局承办（未退回的28件也会随之改派，请先试算）。"
    )


def test_a_street_only_where_they_cluster_there() -> None:
    sent = [Sent("duty.a", "z", 10), Sent("duty.a", "o", 30)]
    clustered = one(sent, back(8, street="z") + back(1, street="o"))
    assert clustered.change == Change("duty.a", "y", "z")
    assert (clustered.moved, clustered.others) == (8, 2)
    assert "都在启明街道，建议启明街道的这一项" in told(clustered, OFFICES, STREETS)
    assert one(sent, back(5, street="z") + back(4, street="o")).change == Change("duty.a", "y")
    assert one([Sent("duty.a", "z", 10)], back(9, street="z")).change == Change("duty.a", "y"), "all of it is there"
    assert one([Sent("duty.a", "", 40)], back(9)).change == Change("duty.a", "y"), "an unknown street is none"


def test_no_change_where_they_do_not_agree() -> None:
    assert one([Sent("duty.a", "", 40)], back(6, "rejected")).change is None
    assert one([Sent("duty.a", "", 40)], back(AGREED - 1)).change is None
    split = one([Sent("duty.a", "", 40)], back(4, to="y") + back(4, to="w"))
    assert split.change is None
    assert "请人工核对" in told(split, OFFICES, STREETS)


def test_few_returns_of_many_are_no_pattern() -> None:
    assert not suspects([Sent("duty.a", "", 40)], back(MANY - 1))
    assert not suspects([Sent("duty.a", "", 1000)], back(12))
    assert suspects([Sent("duty.a", "", 40)], back(MANY))


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["", "z", "o"]), st.integers(1, 60))),
    st.lists(
        st.builds(
            Returned, number=st.just("1"), rule=st.sampled_from(["a", "b"]), office=st.just("x"),
            street=st.sampled_from(["", "z", "o"]), reason=st.sampled_from(["not_ours", "not_here"]), at=st.just(AT),
            ruling=st.sampled_from(["", "upheld", "rejected"]), went_to=st.sampled_from(["", "x", "y", "w"]),
        ),
        max_size=60,
    ),
)  # fmt: skip
def test_figures_add_up_whatever_happened(sent: list[tuple[str, str, int]], came: list[Returned]) -> None:
    found = records([Sent(*part) for part in sent], came)
    assert sum(one.returned for one in found) == len(came)
    for one in found:
        assert one.upheld + one.rejected <= one.returned <= one.dispatched
        assert sum(count for _, count in one.reasons) == one.returned
        assert 0 <= one.moved <= one.upheld
        if one.change:
            assert one.moved >= AGREED
            assert one.others <= one.dispatched
