"""Files: judged by content, kept once and whole, shown only with the case they belong to."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from hotline import attachments
from hotline.house import House
from hotline.unclaimed import tidy
from tests.hotline.conftest import Clock, SignIn, client_of
from tests.hotline.test_web import ASKED, PNG

BOX = b"\0\0\0\x18ftyp%s\0\0\0\0" + b"\0" * 30
GOOD = {
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 20,
    "image/png": PNG,
    "image/gif": b"GIF89a" + b"\0" * 20,
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 20,
    "image/heic": BOX.replace(b"%s", b"heic"),
    "audio/mp4": BOX.replace(b"%s", b"M4A "),
    "audio/mpeg": b"ID3\x04\0\0" + b"\0" * 20,
    "audio/aac": b"\xff\xf1\x50\x80" + b"\0" * 20,
    "audio/amr": b"#!AMR\n" + b"\0" * 20,
    "audio/wav": b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 20,
    "audio/ogg": b"OggS\0\x02" + b"\0" * 20,
    "application/pdf": b"%PDF-1.7\n" + b"\0" * 20,
}
BAD = {
    "page.jpg": b"<!doctype html><script>alert(1)</script>",
    "tool.png": b"MZ\x90\0" + b"\0" * 60,
    "film.m4a": BOX.replace(b"%s", b"isom") + b"hdlr....vide",
    "pack.pdf": b"PK\x03\x04" + b"\0" * 60,
    "draw.gif": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "empty.pdf": b"",
}


@pytest.mark.parametrize("media", GOOD)
def test_what_is_allowed_is_known_by_its_content(media: str) -> None:
    assert attachments.media_of(GOOD[media]) == media


def test_sound_in_a_box_is_told_from_film() -> None:
    either = BOX.replace(b"%s", b"mp42")
    assert attachments.media_of(either + b"hdlr....soun") == "audio/mp4"
    assert attachments.media_of(either + b"hdlr....soun....vide") is None
    assert attachments.media_of(b"\xff\xfb\x90\x00" + b"\0" * 30) == "audio/mpeg"


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_is_refused_with_what_is_allowed(client: TestClient[Litestar], name: str) -> None:
    answer = client.post(
        "/attachments", files={"file": (name, BAD[name], "image/png")}, headers={"Idempotency-Key": "a"}
    )
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == "attachments"
    assert name in error["detail"]


def test_too_big_and_too_many(
    house: House, client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 100)
    kept, refused = attachments.keep(house, [("大.png", io.BytesIO(PNG + b"\0" * 100))])
    assert not kept
    assert "大.png" in refused[0]
    ten = [("file", (f"{n}.png", PNG, "image/png")) for n in range(10)]
    assert client.post("/attachments", files=ten, headers={"Idempotency-Key": "a"}).status_code == 422


def test_kept_once_under_its_digest_and_never_half(house: House) -> None:
    sent = [("C:\\灯\u202e.png", io.BytesIO(PNG)), ("again.png", io.BytesIO(PNG))]
    kept, refused = attachments.keep(house, sent)
    assert not refused
    assert kept[0].digest == kept[1].digest
    assert kept[0].name == "灯.png"
    place = attachments.place(house, kept[0].digest)
    assert place.read_bytes() == PNG
    assert place.parent.parent.parent == house.settings.data / "attachments"
    assert [one.name for one in Path(place.parent).iterdir()] == [place.name]
    assert attachments.known(house, ["f" * 64, kept[0].digest])[0].name == "附件2.png", "called by its place"


def sent_with_a_file(client: TestClient[Litestar], **more: Any) -> tuple[str, str, str]:
    kept = client.post(
        "/attachments", files={"file": ("灯.png", PNG)}, headers={"Idempotency-Key": "a"}
    ).json()
    digest = kept[0]["digest"]
    told = client.post("/requests", json=ASKED | {"attachments": [digest], **more}).json()
    return digest, told["number"], told["code"]


def test_a_citizen_sees_the_files_of_the_own_case_only(house: House, client: TestClient[Litestar]) -> None:
    digest, number, code = sent_with_a_file(client)
    other = client.post("/requests", json=ASKED | {"text": "另一件事情"}).json()
    mine = f"/requests/{number}/attachments/{digest}"
    assert client.get(mine).status_code == 403
    assert client.post("/status", json={"number": number, "code": code}).status_code == 200
    file = client.get(mine)
    assert (file.status_code, file.content) == (200, PNG)
    assert file.headers["content-type"] == "image/png"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert file.headers["content-disposition"].startswith("inline")
    with client_of(house) as stranger:
        stranger.post("/status", json={"number": other["number"], "code": other["code"]})
        assert stranger.get(mine).status_code == 403
        assert stranger.get(f"/requests/{other['number']}/attachments/{digest}").status_code == 404


def test_what_one_sender_called_a_file_is_told_to_nobody_else(
    house: House, client: TestClient[Litestar], signed_in: SignIn
) -> None:
    secret, key = "张三身份证138.png", {"Idempotency-Key": "a"}
    [first] = client.post("/attachments", files={"file": (secret, PNG)}, headers=key).json()
    assert first["name"] == secret, "the sender knows it by that name"
    [second] = client.post("/attachments", files={"file": ("路灯.png", PNG)}, headers=key).json()
    assert (second["digest"], second["name"]) == (first["digest"], "路灯.png")
    told = client.post("/requests", json=ASKED | {"attachments": [second["digest"]]}).json()
    where = f"/requests/{told['number']}"
    client.post("/status", json={"number": told["number"], "code": told["code"]})
    page = client.get(where, headers={"Accept": "text/html"}).text
    assert "附件1.png" in page and "张三" not in page
    shown = client.get(f"{where}/attachments/{second['digest']}").headers["content-disposition"]
    assert "%E5%BC%A0" not in shown and "张三" not in shown
    desk = signed_in("agent")
    for address in (f"/cases/{told['number']}", f"/cases/{told['number']}/print"):
        assert "张三" not in desk.get(address, headers={"Accept": "text/html"}).text
    with zipfile.ZipFile(io.BytesIO(desk.get(f"/cases/{told['number']}/export").content)) as archive:
        cover = archive.read("case.json").decode()
    assert "附件1.png" in cover and "张三" not in cover


def test_staff_see_files_of_cases_they_may_see(
    house: House, client: TestClient[Litestar], signed_in: SignIn
) -> None:
    digest, number, _ = sent_with_a_file(client)
    url = f"/attachments/{digest}?case={number}"
    assert client.get(url).status_code == 401
    assert signed_in("agent").get(url).status_code == 200
    assert signed_in("agent").get(f"/attachments/{'0' * 64}?case={number}").status_code == 404
    assert signed_in("agent").get(f"/attachments/{digest}").status_code == 404
    assert signed_in("legal").get(url).status_code == 404
    assert signed_in("admin").get(url).status_code == 403


def test_a_file_that_became_no_ones_is_taken_away_after_a_week_and_a_case_keeps_its_own(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    mine, theirs = PNG + b"mine", PNG + b"nobody's"
    [sent] = client.post("/attachments", files={"file": ("m.png", mine)}, headers={"Idempotency-Key": "a"}).json()
    assert client.post("/requests", json=ASKED | {"attachments": [sent["digest"]]}).status_code == 201
    [left] = attachments.keep(house, [("left.png", io.BytesIO(theirs))])[0]
    held = sha256(mine).hexdigest()
    now.forward(days=6)
    assert tidy(house) == 0 and attachments.place(house, left.digest).exists()
    now.forward(days=2)
    assert tidy(house) == 1
    assert not attachments.place(house, left.digest).exists() and not attachments.known(house, [left.digest])
    assert attachments.place(house, held).read_bytes() == mine and attachments.known(house, [held])
    now.forward(days=30)
    assert tidy(house) == 0 and attachments.place(house, held).exists()


def test_a_file_handed_in_again_begins_its_week_anew(house: House, now: Clock) -> None:
    for _ in range(3):
        [one] = attachments.keep(house, [("a.png", io.BytesIO(PNG))])[0]
        now.forward(days=5)
        assert tidy(house) == 0 and attachments.place(house, one.digest).exists()
    now.forward(days=5)
    assert tidy(house) == 1
    [again] = attachments.keep(house, [("a.png", io.BytesIO(PNG))])[0]
    assert attachments.place(house, again.digest).read_bytes() == PNG
