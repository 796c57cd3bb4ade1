"""What the figures are called and how each rate is defined, in the words that stand beside it on the page.

A rate that could be made to look better by doing something else stands beside the figure of that something else.
"""

from collections.abc import Mapping

from msgspec import Struct

Counts = Mapping[str, int]  # measure → how many


class Measure(Struct, frozen=True):
    """Something that is counted: its title, the marks that make it up, and its name at the head of a column."""

    title: str
    marks: tuple[str, ...]
    short: str = ""

    @property
    def head(self) -> str:
        """What a column is called."""
        return self.short or self.title


class Rate(Struct, frozen=True, kw_only=True):
    """A share of two measures. `better` is high or low; `group` is where it stands on the page."""

    code: str
    title: str
    part: str
    whole: str
    says: str
    better: str = "high"
    group: str = "three"

    def of(self, counts: Counts) -> float | None:
        """The share in percent, or None where there is nothing to share."""
        whole = total(self.whole, counts)
        return 100 * total(self.part, counts) / whole if whole else None


MEASURES: Mapping[str, Measure] = {
    "received": Measure("收到诉求", ("received",), "收到"),
    "answered": Measure("已经答复", ("answered",), "答复"),
    "closed": Measure("办结", ("closed",)),
    "desk": Measure("话务台直接答复", ("desk",)),
    "sent": Measure("派单（件次）", ("sent",)),
    "signed": Measure("应签收（件次）", ("signed.ok", "signed.late")),
    "signed.ok": Measure("按时签收（件次）", ("signed.ok",)),
    "signed.late": Measure("超期签收或者超期未签收（件次）", ("signed.late",)),
    "returned": Measure("退单（件次）", ("returned",)),
    "returned.no": Measure("不同意退单（件次）", ("returned.no",)),
    "handled": Measure("应办理完毕（件次）", ("handled.ok", "handled.late"), "应办"),
    "handled.ok": Measure("按时办理（件次）", ("handled.ok",), "按时"),
    "handled.late": Measure("超期办理或者超期未办（件次）", ("handled.late",), "超期"),
    "extended": Measure("经延期才办理（件次）", ("extended",)),
    "edge": Measure("届满前60分钟内办理（件次）", ("edge",)),
    "suspended": Measure("挂起（件次）", ("suspended",)),
    "supervised": Measure("督办（件次）", ("supervised",)),
    "reopened": Measure("答复后30日内重新办理（件次）", ("reopened",)),
    "repeat": Measure("同一来电人30日内再次来电", ("repeat",), "重复来电"),
    "called": Measure("已回访", ("called.yes", "called.no")),
    "called.yes": Measure("回访接通", ("called.yes",)),
    "called.no": Measure("回访未能接通", ("called.no",)),
    "contacted": Measure("承办单位联系过", ("contacted",)),
    "solved": Measure("来电人说已经解决", ("solved",)),
    "satisfied": Measure("来电人说满意", ("satisfied",)),
    "rated": Measure("来电人自行评价", ("rated",)),
    "rated.good": Measure("自行评价4分以上", ("rated.good",)),
}

RATES: tuple[Rate, ...] = (
    Rate(code="response", title="响应率", part="contacted", whole="called.yes",
         says="回访接通的工单中，来电人说承办单位联系过自己的占多少。未接通的不计，另列接不通的占比。"),
    Rate(code="solution", title="解决率", part="solved", whole="called.yes",
         says="回访接通的工单中，来电人说问题已经解决的占多少。承办单位自己说解决了的不算。"),
    Rate(code="satisfaction", title="满意率", part="satisfied", whole="called.yes",
         says="回访接通的工单中，来电人说满意的占多少。自行评价另计，两者可以对照。"),
    Rate(code="signing", title="按时签收率", part="signed.ok", whole="signed", group="work",
         says="期内签收或者签收期限届满的派单中，按时签收的占多少。到期没有签收的，当日即计为超期。"),
    Rate(code="timely", title="按时办理率", part="handled.ok", whole="handled", group="work",
         says="期内答复或者办理期限届满的案件中，按时的占多少。到期没有答复的，当日即计为超期，不等办结。"),
    Rate(code="return", title="退单率", part="returned", whole="sent", better="low", group="work",
         says="期内的退单与派单之比。"),
    Rate(code="return_no", title="退单不获同意", part="returned.no", whole="returned", better="low", group="work",
         says="期内裁定不同意退单的，与退单之比。"),
    Rate(code="extended", title="延期占比", part="extended", whole="handled", better="low", group="check",
         says="办理期限经过延期的，占应办理完毕的多少。按时办理率高而延期多，是时间多给了。"),
    Rate(code="edge", title="压线办理占比", part="edge", whole="handled", better="low", group="check",
         says="在期限届满前60分钟之内才办理的，占应办理完毕的多少。"),
    Rate(code="reopened", title="30日内重办占比", part="reopened", whole="answered", better="low", group="check",
         says="期内答复的工单中，来电人在30日内要求重新办理的占多少，计入原答复的当日。近期的答复还会变化。"),
    Rate(code="unreachable", title="回访未接通占比", part="called.no", whole="called", better="low", group="check",
         says="回访没有接通的，占回访的多少。接不通的多，三项比率就只代表少数人。"),
    Rate(code="repeat", title="重复来电占比", part="repeat", whole="received", better="low", group="check",
         says="来电人在30日内此前已有诉求的，占收到诉求的多少。不显示号码的不计。"),
    Rate(code="rated", title="自行评价好评率", part="rated.good", whole="rated", group="check",
         says="来电人自行评价4分以上的占多少。与回访的满意率相差悬殊时，值得抽听录音。"),
)  # fmt: skip
BY_CODE = {rate.code: rate for rate in RATES}
FEW = 10  # below this many a rate says little, and nobody is ranked by it


def total(measure: str, counts: Counts) -> int:
    """How many of a measure."""
    return sum(counts.get(mark, 0) for mark in MEASURES[measure].marks)


def quantile(lengths: Mapping[int, int], share: float) -> int | None:
    """The length that `share` of all do not exceed; None where there are none."""
    wanted, so_far = share * sum(lengths.values()), 0
    for length in sorted(lengths):
        so_far += lengths[length]
        if so_far >= wanted:
            return length
    return None
