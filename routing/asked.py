"""What the desk asks: one citizen's words, stripped of who the citizen is.

Routing never sees a name, a number or an address book, so its reasons can be shown to anybody.
"""

from datetime import datetime

from msgspec import Struct

KINDS = {
    "consult": "咨询",
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "praise": "表扬",
}
CHANNELS = {"phone": "电话", "web": "网上", "sms": "短信"}
WHO = {"individual": "个人", "enterprise": "企业", "group": "集体"}


class Asked(Struct, frozen=True, kw_only=True):
    """A request to be routed. `street` and `topic` are codes a person chose; they outrank any word found.

    `at` is the moment in the office's own zone; `office_hours` whether the office is open then. `who` is what
    sort of asker, `open_matters` the procedures the same number has open: neither says who it is. `lat` and
    `lon` are degrees (WGS 84) of a point on a map.
    """

    text: str
    title: str = ""
    kind: str = "complaint"
    urgent: bool = False
    channel: str = "web"
    place: str = ""
    street: str | None = None
    topic: str | None = None
    at: datetime | None = None
    office_hours: bool | None = None
    who: str = ""
    open_matters: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
