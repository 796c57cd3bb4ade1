"""A gateway's query taken apart as the standard library would, and the token in it found without doing so."""

from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from hotline.access import _token
from hotline.channels.kannel import fields

NAMES = st.text("abcdefgh", min_size=1, max_size=8)


@given(st.dictionaries(NAMES, st.binary(max_size=60), max_size=8))
def test_fields_are_the_bytes_that_were_sent(sent: dict[str, bytes]) -> None:
    query = urlencode(sent).encode()
    assert fields(query) == sent
    plain = parse_qsl(query.decode(), keep_blank_values=True, encoding="latin-1")
    assert fields(query) == {name: value.encode("latin-1") for name, value in plain}


@given(st.binary(max_size=80))
def test_whatever_is_sent_is_taken_without_falling_over(query: bytes) -> None:
    assert all(isinstance(value, bytes) for value in fields(query).values())


@given(st.text(max_size=40), st.text(max_size=20))
def test_the_token_is_found_wherever_it_stands(text: str, token: str) -> None:
    query = urlencode({"text": text, "token": token, "mytoken": "x"}, errors="surrogatepass").encode()
    assert _token(query) == token or any("\ud800" <= c <= "\udfff" for c in token)
