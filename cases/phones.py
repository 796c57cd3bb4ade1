"""Telephone numbers as they reach a Chinese hotline: mobiles, landlines, service numbers, withheld.

`phonenumbers` judges region CN; what it does not know on purpose (12345, 110, 95588, a withheld caller) is
told apart here, because a history by number must not join strangers.
"""

import re
from functools import cache, lru_cache
from typing import Literal

import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

Kind = Literal["mobile", "landline", "short", "foreign", "withheld", "none", "invalid"]

WITHHELD = {"anonymous", "withheld", "unknown", "private", "restricted", "unavailable", "匿名", "未知", "隐藏号码"}
SHORT = re.compile(r"1[012]\d|1[012]\d{3}|9[56]\d{3,4}|400\d{7}|800\d{7}")
WIDE = str.maketrans("０１２３４５６７８９＋－（）", "0123456789+-()")
MOBILE_TYPES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class Phone(Struct, frozen=True):
    """`number` is E.164 (or the bare short code), empty when there is none to find again; `text` may take SMS."""

    kind: Kind
    number: str = ""

    @property
    def takes_text(self) -> bool:
        """Whether an SMS can be sent there."""
        return self.kind == "mobile"

    @property
    def local(self) -> str:
        """The number as dialled here: 13812345678, 07367254321, 4008123456; one abroad with its country code."""
        if self.kind == "landline":
            told = phonenumbers.format_number(phonenumbers.parse(self.number), PhoneNumberFormat.NATIONAL)
            return re.sub(r"\D", "", told)
        return self.number.removeprefix("+86") if self.kind == "mobile" else self.number


@lru_cache(maxsize=4096)
def understand(raw: str) -> Phone:
    """What a caller number or a typed number is; never fails, `invalid` says it is no number."""
    digits = _plain(raw)
    if not digits:
        return Phone("none")
    if digits.casefold() in WITHHELD:
        return Phone("withheld")
    if SHORT.fullmatch(digits):
        return Phone("short", digits)
    if mobiles().fullmatch(digits):  # nearly every caller: what follows says the same, at forty times the price
        return Phone("mobile", f"+86{digits}")
    try:
        parsed = phonenumbers.parse(digits, "CN")
    except NumberParseException:
        return Phone("invalid")
    kind = phonenumbers.number_type(parsed)  # UNKNOWN is what `is_valid_number` calls invalid
    if kind == PhoneNumberType.UNKNOWN:
        return Phone("invalid")
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if parsed.country_code != 86:
        return Phone("foreign", number)
    return Phone("mobile" if kind in MOBILE_TYPES else "landline", number)


@cache
def mobiles() -> re.Pattern[str]:
    """The mobile numbers of region CN as `phonenumbers` knows them, eleven digits as they are dialled."""
    known = phonenumbers.PhoneMetadata.metadata_for_region("CN")
    assert known is not None and known.mobile is not None
    return re.compile(rf"(?=1[3-9]\d{{9}}$)(?:{known.mobile.national_number_pattern})")


def _plain(raw: str) -> str:
    """Full-width digits made plain, spaces and dashes taken out, a trunk prefix 86 or 17951 dropped."""
    text = raw.strip()
    if not text.isascii() or not text.isdigit():
        text = re.sub(r"[\s\-()]", "", text.translate(WIDE))
    return re.sub(r"^(?:0086|17951|12593|17911)(?=\d{7,})", "", text)
