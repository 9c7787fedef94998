"""What is masked, what is left alone, and that no text makes it slow."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector import redact
from baseline_collector.redact import Redactor

# Joined at run time, so that no scanner takes this file for a leak.
A = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1B"
HEX = "0123456789abcdef" * 2
PLANTED = [
    ("sk-" + "proj-" + A + A, "OPENAI_API_KEY={}"),
    ("sk-" + A + "T3BlbkFJ" + A, "key in prose {} and on"),
    ("sk-" + "ant-api03-" + A + A, '"x": "{}"'),
    ("sk-" + "or-v1-" + HEX + HEX, "{}"),
    ("ghp_" + A + "12345678", "https://x/y?t={}"),
    ("github_" + "pat_11ABCDEFG0" + A + A, "git clone {}"),
    ("glpat-" + A[:20], "- {}"),
    ("hf_" + A + "abcdef", "login({!r})"),
    ("xoxb-" + "123456789012-1234567890123-" + A, "slack {}"),
    ("xapp-" + "1-A012-" + A, "slack {}"),
    ("AKIA" + "IOSFODNN7EXAMPLE", "id,{},x"),
    ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = {}"),
    ("AIza" + "Sy" + A + "_-abc", "{}"),
    ("GOCSPX-" + A, "{}"),
    ("ya29." + A + A, "{}"),
    ("sk_" + "live_" + A, "{}"),
    ("SG." + A[:22] + "." + A + A[:15], "{}"),
    ("npm_" + A + "12345678", "//registry/:_authToken={}"),
    ("pypi-" + "AgEIcHlwaS5vcmc" + A + A, "{}"),
    ("dckr_" + "pat_" + A, "{}"),
    ("gsk_" + A + A, "{}"),
    ("nvapi-" + A + A, "{}"),
    ("hvs." + A + A, "VAULT {}"),
    ("lsv2_" + "pt_" + HEX + "_1234567890", "{}"),
    ("eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + A + A, "cookie {}"),
    (A + A + "==", "Authorization: Bearer {}"),
    ("hunter2", "password={}"),
    ("Tr0ub4dor&3"[:9], "'db_password': '{}'"),
    ("s3cr3t-v4lue", '\\"client_secret\\": \\"{}\\"'),
    (HEX, "api-key: {}"),
    ("p4ssw0rd!x", "postgres://admin:{}@db.example:5432/x"),
    (HEX + A, "--hf-token {}"),
    ("123456789:AA" + (A + A)[:33], "bot{}"),
    ("T0123456A/B0123456A/" + A[:24], "https://hooks.slack.com/services/{}"),
    ("AGE-SECRET-KEY-1" + A.upper() + A.upper(), "{}"),
    ("dapi" + HEX, "{}"),
]
BLOCK = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq1\nabc+/=\n-----END RSA PRIVATE KEY-----"
)
mask = Redactor().text


@pytest.mark.parametrize(("secret", "where"), PLANTED)
def test_planted_keys(secret: str, where: str) -> None:
    masked = mask(where.format(secret))
    assert secret not in masked
    assert re.search(r"\[secret:[a-z-]+:[0-9a-f]{8}\]", masked)
    # Nothing of it is left beyond what its vendor prefix gives away.
    assert secret[-6:] not in masked.replace("@db.example", "")


@pytest.mark.parametrize("around", ["runs_{}", "{}_a.csv", "log-{}-final", "a_b-c_{}_d"])
@pytest.mark.parametrize("secret", ["ghp_" + A + "12345678", "gsk_" + A + A, "pplx-" + A + A])
def test_keys_in_the_words_of_a_file_name(secret: str, around: str) -> None:
    masked = mask(around.format(secret))
    assert secret not in masked and secret[-12:] not in masked
    assert masked.startswith(around.split("{", maxsplit=1)[0])


@pytest.mark.parametrize("joined", ["\n", ",", " ", '","', "&", "\r\n", "|"])
def test_planted_keys_together(joined: str) -> None:
    heap = joined.join(where.format(secret) for secret, where in PLANTED)
    masked = mask(heap)
    assert [secret for secret, _ in PLANTED if secret in masked] == []


@pytest.mark.parametrize("end", ["\n", "\\n"])
def test_private_keys(end: str) -> None:
    masked = mask("before\n" + BLOCK.replace("\n", end) + "\nafter")
    assert re.fullmatch(r"before\n\[secret:private-key:[0-9a-f]{8}\]\nafter", masked)
    assert "MIIE" not in mask(BLOCK[:60])


def test_the_same_secret_gets_the_same_mark() -> None:
    one, other = (mask(f"password={word}") for word in ("hunter2", "hunter3"))
    assert one == mask("password=hunter2") != other
    # sha256("hunter2") begins so.
    assert one == "password=[secret:value:f52fbd32]"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (r"C:\Users\jane\bench\a.csv", r"C:\Users\[user]\bench\a.csv"),
        (r"C:\\Users\\jane\\bench", r"C:\\Users\\[user]\\bench"),
        (r"c:/users/jane/bench", "c:/users/jane/bench".replace("jane", "[user]")),
        (r"D:\Users\Jane Doe\a b.csv", r"D:\Users\[user]\a b.csv"),
        (r"C:\Documents and Settings\jane\x", r"C:\Documents and Settings\[user]\x"),
        ("/home/jane/bench", "/home/[user]/bench"),
        ("/Users/jane", "/Users/[user]"),
        ('"/home/jane"', '"/home/[user]"'),
        ("file:///home/jane/x", "file:///home/[user]/x"),
        ("/mnt/c/Users/jane/x", "/mnt/c/Users/[user]/x"),
        ("/c/Users/jane/x", "/c/Users/[user]/x"),
        ("/root/bench", "/[user]/bench"),
        (r"\\nas01\share\x", r"\\[host]\share\x"),
        (r"\\\\nas01\\share\\x", r"\\\\[host]\\share\\x"),
        ("jane.doe@example.com", "[email]"),
        ("jane@gpu-box:~$ ls", "[user]@[host]:~$ ls"),
    ],
)
def test_personal_details(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "llama3.1:8b-instruct-q4_0",
        "hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q4_K_M",
        "sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "image@sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "actions/checkout@v4",
        "time_to_first_token_ms: 870.52",
        "time_to_first_token: 870.52",
        "time_per_output_token=0.01234567",
        "output_token_throughput: 1234.5678",
        '"max_tokens": 4096, "eos_token": "</s>"',
        "tokens_per_second: 43.04",
        "inter_token_latency_p99: 12.5ms",
        "pad_token: 128001",
        "2025-09-29T21:03:04.123456Z",
        "v0.12.3-rc1+cu128",
        "http://localhost:11434/api/chat",
        "http://127.0.0.1:8080/v1",
        "1759186372.123456",
        "temperature: 0.7, seed: 42",
        "pass@10 recall@100 maj@k",
        "token: null",
        "password: null",
        "api_key: ${API_KEY}",
        r"C:\Users\Public\x",
        "https://example.com/home/page",
        "hf_hub_download_with_retries",
        "sk-learn-is-a-library-for-learning",
        "tokenizer: llama-bpe-2024-long-name",
        "author: Jane",
        "a bearer of news",
        "first token arrived",
        "Token Throughput.Successful Output Tokens/Sec.Mean",
        "Token Throughput.Successful Output Tokens/Sec.Percentiles",
        "gpu[0].fan_speed",
    ],
)
def test_left_alone(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("key", "text", "masked"),
    [
        ("host", "gpu-box-1", "[host]"),
        ("env.HOSTNAME", "node7", "[host]"),
        ("system_info[0].node_name", "node7", "[host]"),
        ("OLLAMA_HOST", "http://10.1.2.3:11434/x", "http://[host]:11434/x"),
        ("host", "localhost", "localhost"),
        ("host", "http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("api_key", "anything", "[secret:value:ee0874170b7f6f32]"[:22] + "]"),
        ("user", "jane", "[user]"),
        ("time_to_first_token", "870.52", "870.52"),
        ("password", "true", "true"),
        ("model", "llama3:8b", "llama3:8b"),
    ],
)
def test_values_by_their_key(key: str, text: str, masked: str) -> None:
    assert Redactor().value(key, text) == masked


def test_own_host_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "jane-laptop.corp")
    redact._own_names.cache_clear()
    try:
        assert mask("ran on Jane-Laptop today") == "ran on [host] today"
        assert mask("on jane-laptop.corp") == "on [host]"
        assert mask("jane-laptops") == "jane-laptops"
    finally:
        redact._own_names.cache_clear()


def test_switched_off() -> None:
    off = Redactor(enabled=False)
    assert off.text("password=hunter2") == "password=hunter2"
    assert off.value("host", "gpu-box-1") == "gpu-box-1"


ATOMS = [where.format(secret) for secret, where in PLANTED] + [
    *("password", "token", "=", ":", " ", "@", "/home/", "jane", "\\\\", "C:\\Users\\", "\\"),
    *("[secret:", "]", "[user]", "[host]", "[", "eyJ", "sk-", "://", "Bearer ", "/root", '"'),
    *("-----BEGIN PRIVATE KEY-----", "a.b", "--api-key", "x", "12.5", "\n", "é", "İ"),
]


@given(st.lists(st.sampled_from(ATOMS) | st.text(max_size=8), max_size=12).map("".join))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


HOSTILE = [
    *("a", " ", "@", "a@", "a.", ":", "=", "token=", "token:", "token ", "password: ", "pwd=/"),
    *("--token ", "eyJ", "eyJaaaaaaaaa.", "sk-", "sk-a1", "://", "://a:", "Bearer ", "/home/"),
    *("C:\\Users\\", "\\\\", "\\\\aa\\", "ab@cd.", "-----BEGIN PRIVATE KEY-----", ":AA", "a@b-"),
    *("/services/T", "xoxb-1111111111111 ", "sk-" * 3 + "a" * 17 + " ", "host-", "secret secret"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    mask("warm")
    seconds = min(_seconds(piece, 100_000) for _ in range(2))
    # 0.2 s a megabyte; the factor is for machines that are busy with other things.
    assert seconds < 0.02 * 6


def _seconds(piece: str, size: int) -> float:
    text = (piece * (size // len(piece) + 1))[:size]
    began = time.process_time()
    mask(text)
    return time.process_time() - began


def test_importing_compiles_nothing() -> None:
    code = (
        "import sys, re\n"
        "compiled = []\n"
        "real = re.compile\n"
        "def counted(*a, **k):\n"
        "    if sys._getframe(1).f_globals['__name__'].startswith('baseline_collector'):\n"
        "        compiled.append(a)\n"
        "    return real(*a, **k)\n"
        "re.compile = counted\n"
        "import baseline_collector.redact\n"
        "print(len(compiled), 'socket' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]
