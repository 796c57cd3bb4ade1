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


class Asked(Struct, frozen=True, kw_only=True):
    """A request to be routed. `street` and `topic` are codes a person chose; they outrank any word found."""

    text: str
    title: str = ""
    kind: str = "complaint"
    urgent: bool = False
    channel: str = "web"
    place: str = ""
    street: str | None = None
    topic: str | None = None
    at: datetime | None = None
