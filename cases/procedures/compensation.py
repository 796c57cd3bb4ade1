"""国家赔偿 — a claim against an office for harm done by its acts (《国家赔偿法》第九条至第十五条).

Two months to decide; silence opens the way to court from the day the time is over. The Act does not say that
a correction restarts the two months, so it does not: a limit of the office is not lengthened without words.
"""

from datetime import date

from cases.clocks import Binds, Clock
from cases.guards import after_end, done_before, not_before, not_pending, not_silent
from cases.history import Note
from cases.law import Law, days, months, years
from cases.people import OFFICE, Role
from cases.procedure import ANYTIME, Attempt, Procedure, Step, Tell
from cases.procedures.compensation_facts import Award, Claim, Delivered, Missing, Paid, Refusal, Talk

LAW = Law("国家赔偿法", date(2013, 1, 1), key="SC", note="2012年修正")
art = LAW.article
ORGAN = OFFICE | {Role.LEGAL}


def not_heard(attempt: Attempt) -> str | None:
    """The claimant is heard before the organ decides."""
    if attempt.facts and not attempt.facts.heard:
        return "作出赔偿决定应当充分听取赔偿请求人的意见"
    return None


def suit_not_told(attempt: Attempt) -> str | None:
    """The claimant is told until when and where to sue."""
    if attempt.facts and not attempt.facts.suit_told:
        return "应当告知赔偿请求人可以在三个月内向人民法院提起诉讼"
    return None


def not_late(attempt: Attempt) -> str | None:
    """A refusal for lateness needs a claim that was late (第三十九条)."""
    if attempt.facts is None or attempt.facts.ground != "late":
        return None
    runs = [r for r in attempt.file.readings(attempt.city) if r.clock.id == "sc.apply" and r.end]
    late = any(r.end and r.stopped_at and r.stopped_at >= r.end.moment for r in runs)
    return None if late else "申请是在两年时效内提出的，不能以超过时效不予赔偿"


def over_award(attempt: Attempt) -> str | None:
    """Not more is paid than was awarded."""
    awards = [event.facts.amount_fen for event in attempt.file.history if event.step == "decide"]
    if attempt.facts and awards and attempt.facts.amount_fen > awards[-1]:
        return f"支付数额不能多于决定的{awards[-1] / 100:.2f}元"
    return None


STAGES = {
    "received": "办理中",
    "decided": "已决定赔偿",
    "refused": "已决定不予赔偿",
    "paid": "已支付",
    "sued": "已提起诉讼",
    "closed": "已结案",
    "withdrawn": "已撤回",
}
DECIDED = frozenset({"decided", "refused"})

STEPS = (
    Step("receive", "收到赔偿申请", art("12"), by=ORGAN | {Role.CITIZEN, Role.AGENT}, to="received", asks=Claim,
         opens=True),
    Step("ask_to_correct", "告知补正", art("12(4)"), by=ORGAN, at={"received"}, asks=Missing,
         unless=(done_before("ask_to_correct", "补正应当一次性告知"),)),
    Step("supplement", "收到补正", art("12(4)"), by=ORGAN | {Role.CITIZEN}, at={"received"}, asks=Note,
         unless=(not_pending("ask_to_correct", ("supplement",), "没有告知补正"),)),
    Step("negotiate", "协商", art("13(1)"), by=ORGAN, at={"received"}, asks=Talk),
    Step("decide", "决定赔偿", art("13(1)"), by={Role.CHIEF, Role.LEGAL}, at={"received"}, to="decided",
         asks=Award, unless=(not_heard,), confirm="决定作出后不能更改，确认作出？"),
    Step("refuse", "决定不予赔偿", art("13(3)"), by={Role.CHIEF, Role.LEGAL}, at={"received"}, to="refused",
         asks=Refusal, unless=(not_heard, not_late), confirm="决定作出后不能更改，确认作出？"),
    Step("fall_silent", "逾期未作决定", art("14(1)"), by={Role.SYSTEM}, at={"received"},
         unless=(not_silent(("sc.decide",), "决定期限尚未届满"),), hidden=True),
    Step("deliver", "送达决定", art("13(2)"), by=ORGAN, at=DECIDED, asks=Delivered,
         unless=(done_before("deliver", "决定已经送达"), suit_not_told)),
    Step("sue", "赔偿请求人提起诉讼", art("14"), by=ORGAN, at=DECIDED | {"received"}, to="sued", asks=Note,
         unless=(after_end("sc.sue", "已超过提起诉讼的期限"),)),
    Step("pay", "支付赔偿金或者执行完毕", art("37"), by=ORGAN, at={"decided"}, to="paid", asks=Paid,
         unless=(not_before("deliver", "决定尚未送达"), over_award)),
    Step("close", "结案", art("14"), by=ORGAN, at={"refused"}, to="closed", asks=Note,
         unless=(not_before("deliver", "决定尚未送达"),)),
    Step("withdraw", "撤回申请", art("12"), by={Role.CITIZEN, Role.LEGAL}, at={"received"}, to="withdrawn",
         asks=Note, confirm="撤回后本件不再办理，确认撤回？"),
    Step("note", "内部备注", art("12"), by=ORGAN, at=ANYTIME, asks=Note),
)

CLOCKS = (
    Clock("sc.apply", "请求赔偿", art("39"), years(2), starts={"receive"}, stops={"receive"}, rolls=True,
          watched=False, binds=Binds.CITIZEN, since="known_on"),
    Clock("sc.decide", "作出赔偿决定", art("13(1)"), months(2), starts={"receive"},
          stops={"decide", "refuse", "sue", "withdraw", "fall_silent"}, rolls=True, then="fall_silent"),
    Clock("sc.deliver", "送达决定", art("13(2)-(3)"), days(10), starts={"decide", "refuse"}, stops={"deliver", "sue"},
          rolls=True),
    Clock("sc.sue", "提起诉讼", art("14"), months(3), starts={"fall_silent", "decide", "refuse"},
          restarts={"decide", "refuse"},  # 第14条第2款: 自作出决定之日起
          stops={"sue", "withdraw", "pay", "close"}, rolls=True, watched=False, binds=Binds.CITIZEN),
)

COMPENSATION = Procedure(
    name="compensation",
    title="国家赔偿",
    law=LAW,
    stages=STAGES,
    ends=frozenset({"paid", "sued", "closed", "withdrawn"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"receive": "office"},
    takes=frozenset({"negotiate"}),
    promise="sc.decide",
    tells={
        "receive": (Tell("party", "receipt"),),
        "deliver": (Tell("party", "result"),),
    },
)
