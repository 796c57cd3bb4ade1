"""What the operator decides, read once from the environment into one frozen value.

Nothing below the door looks at the environment; a value that cannot be meant is answered with a sentence
that names the variable. Every variable begins with HOTLINE_ and has a default that works on a bare machine.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from msgspec import Struct

from hotline.embedded import socket_path

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
_SECRET_BYTES = 32


class Misconfigured(click.ClickException):
    """What the operator gave cannot be meant; the message names it whole and ends any command in order."""


class Settings(Struct, frozen=True, kw_only=True):
    """One house: where it keeps its things, whom it talks to, how hard it may be pushed."""

    data: Path
    database_url: str  # sqlite:///… or postgresql+psycopg://…
    redis_url: str  # always usable; with `redis_embedded` the socket of our own Valkey
    redis_embedded: bool
    host: str
    port: int
    web_processes: int
    secret_file: Path
    channel_token_given: str | None
    sms_url: str | None  # None: the demonstration's loopback gateway, which only records
    sms_user: str
    sms_password: str
    sms_from: str
    public_url: str  # without a slash at the end
    public_rate: int  # public posts a minute and address; 0 is off
    city: Path
    trust_proxy: bool

    def __repr__(self) -> str:
        return f"Settings(data={str(self.data)!r}, port={self.port})"  # no password into a log

    def secret(self) -> bytes:
        """The key of the house, at least 32 bytes; made on first use. Without it no encrypted field opens."""
        key = _kept(self.secret_file, lambda: secrets.token_bytes(_SECRET_BYTES))
        if len(key) < _SECRET_BYTES:
            raise Misconfigured(f"HOTLINE_SECRET_FILE：{self.secret_file} 短于 {_SECRET_BYTES} 字节")
        return key

    def channel_token(self) -> str:
        """What the exchange and the SMS gateway must show when they call us; made on first use."""
        if self.channel_token_given:
            return self.channel_token_given
        return _kept(self.data / "channel.token", lambda: secrets.token_urlsafe(24).encode()).decode().strip()


def from_environment(env: Mapping[str, str]) -> Settings:
    """Settings from variables.

    Raises:
        Misconfigured: naming the variable and what it may be.
    """
    data = Path(env.get("HOTLINE_DATA") or "var").absolute()
    database_url = _database_url(env, data)
    host, port = env.get("HOTLINE_HOST") or "127.0.0.1", _whole(env, "HOTLINE_PORT", 8412, 1, 65535)
    redis_url = _redis_url(env)
    return Settings(
        data=data,
        database_url=database_url,
        redis_url=redis_url or f"unix://{socket_path(data)}",
        redis_embedded=redis_url is None,
        host=host,
        port=port,
        web_processes=_whole(env, "HOTLINE_WEB_PROCESSES", 1, 1, 64),
        secret_file=Path(env.get("HOTLINE_SECRET_FILE") or data / "secret.key").absolute(),
        channel_token_given=_channel_token(env),
        sms_url=_http_url(env, "HOTLINE_SMS_URL"),
        sms_user=env.get("HOTLINE_SMS_USER", ""),
        sms_password=env.get("HOTLINE_SMS_PASSWORD", ""),
        sms_from=env.get("HOTLINE_SMS_FROM") or "12345",
        public_url=(_http_url(env, "HOTLINE_PUBLIC_URL") or f"http://{reachable(host)}:{port}").rstrip("/"),
        public_rate=_whole(env, "HOTLINE_PUBLIC_RATE", 30, 0, 100_000),
        city=_city(env),
        trust_proxy=_flag(env, "HOTLINE_TRUST_PROXY"),
    )


def reachable(host: str) -> str:
    """The address under which this machine itself reaches a server bound to `host`, ready for a URL."""
    if host in ("0.0.0.0", "::", ""):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _database_url(env: Mapping[str, str], data: Path) -> str:
    url = env.get("HOTLINE_DATABASE_URL") or f"sqlite:///{data / 'hotline.db'}"
    scheme, mark, rest = url.partition("://")
    if mark and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    if url.startswith("sqlite:///") and len(rest) > 1:
        return url
    raise Misconfigured(
        f"HOTLINE_DATABASE_URL：应为 postgresql://… 或 sqlite:///文件路径，现为 {scheme}… "
        "(must be postgresql://… or sqlite:///path)"
    )


def _redis_url(env: Mapping[str, str]) -> str | None:
    url = env.get("HOTLINE_REDIS_URL") or None
    if url is not None and not url.startswith(("redis://", "rediss://", "unix:///")):
        raise Misconfigured("HOTLINE_REDIS_URL：应以 redis://、rediss:// 或 unix:/// 开头 (must begin so)")
    return url


def _http_url(env: Mapping[str, str], name: str) -> str | None:
    url = env.get(name) or None
    if url is not None and not url.startswith(("http://", "https://")):
        raise Misconfigured(f"{name}：应以 http:// 或 https:// 开头 (must begin with http:// or https://)")
    return url


def _channel_token(env: Mapping[str, str]) -> str | None:
    token = env.get("HOTLINE_CHANNEL_TOKEN") or None
    if token is not None and len(token) < 16:
        raise Misconfigured("HOTLINE_CHANNEL_TOKEN：至少 16 个字符 (at least 16 characters)")
    return token


def _city(env: Mapping[str, str]) -> Path:
    folder = Path(env.get("HOTLINE_CITY") or Path(__file__).parent / "city").absolute()
    if env.get("HOTLINE_CITY") and not folder.is_dir():
        raise Misconfigured(f"HOTLINE_CITY：没有 {folder} 这个目录 (no such folder)")
    return folder


def _whole(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name) or str(default)
    wrong = f"{name}：应为 {least}–{most} 的整数，现为 {text!r} (an integer from {least} to {most})"
    try:
        number = int(text)
    except ValueError:
        raise Misconfigured(wrong) from None
    if not least <= number <= most:
        raise Misconfigured(wrong)
    return number


def _flag(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").lower()
    if text not in _YES | _NO:
        raise Misconfigured(f"{name}：应为 1 或 0，现为 {text!r} (must be 1 or 0)")
    return text in _YES


def _kept(file: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes in `file`, written once: two processes that start together end up with the same ones."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
            out.write(make())
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass  # the other one was first; read theirs
        finally:
            draft.unlink()
    return file.read_bytes()
