"""What a person recognises a sign-in by: the browser and the machine, out of what the browser says of itself.

Only a few words are kept; the rest of such a line is noise, and unlike a name it proves nothing.
"""

_BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"),
    ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("python-httpx", "httpx"), ("curl", "curl"),
)  # fmt: skip
_MACHINES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(said: str) -> str:
    """`Chrome · Windows`; the first word of what is unknown, empty for nothing."""
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    machine = next((name for mark, name in _MACHINES if mark in said), "")
    known = " · ".join(filter(None, (browser, machine)))
    return known or (said.split() or [""])[0][:40]
