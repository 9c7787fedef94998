"""The URL law."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from baseline_collector.errors import UsageError
from baseline_collector.llm.address import checked, ollama_url


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("localhost:1234", "http://localhost:1234"),
        (":1234", "http://127.0.0.1:1234"),
        ("1234", "http://127.0.0.1:1234"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("http://0.0.0.0:8000/", "http://127.0.0.1:8000"),
        ("[::]:11434", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("http://gpu", "http://gpu:80"),
        ("https://gpu", "https://gpu:443"),
        ("https://gpu:99/ollama/", "https://gpu:99/ollama"),
        (' "gpu:77" ', "http://gpu:77"),
    ],
)
def test_forms_of_ollama_host(value: str, url: str) -> None:
    assert ollama_url(value) == url


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost:8080/v1", "http://127.9.9.9"]
)
def test_loopback_is_allowed(url: str) -> None:
    assert checked(url).loopback


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1",
        "ftp://127.0.0.1",
        "127.0.0.1:11434",
        "http://",
        "http://user:word@127.0.0.1",
        "http://192.168.0.9:11434",
        "http://[::1",
        "http://127.0.0.1:99999",
    ],
)
def test_what_is_refused_without_leave(url: str) -> None:
    with pytest.raises(UsageError):
        checked(url)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.0.1",
        "2852039166",
        "0xa9fea9fe",
    ],
)
def test_metadata_addresses_are_never_allowed(host: str) -> None:
    with pytest.raises(UsageError):
        checked(f"http://{host}:80", allow_remote=True)


def test_a_name_that_resolves_to_a_metadata_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _resolving_to("93.184.216.34", "169.254.169.254"))
    with pytest.raises(UsageError, match="never allowed"):
        checked("http://innocent.example", allow_remote=True)


def test_the_address_checked_is_the_one_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _resolving_to("93.184.216.34"))
    address = checked("https://model.example/v1", allow_remote=True)
    assert (address.ip, address.host, address.port) == ("93.184.216.34", "model.example", 443)
    assert not address.loopback


def test_a_public_name_that_points_home_is_not_remote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _resolving_to("127.0.0.1", "93.184.216.34"))
    with pytest.raises(UsageError, match="not on this machine"):
        checked("http://both.example")


def test_credentials_are_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        checked("http://me:hunter2@127.0.0.1")
    assert "hunter2" not in str(caught.value)


def _resolving_to(*ips: str) -> Any:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", (ip, port)) for ip in ips]

    return resolve
