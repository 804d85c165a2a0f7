"""Facts of the files that hold secrets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from config.loading import SettingsError
from config.proxy_settings import ProxySettings
from config.secret_files import MAX_BYTES, UnusableFile, read_secret
from proxy.policies import client_tokens

if TYPE_CHECKING:
    from pathlib import Path

URL = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:9"}
KEY = "K" * 32


def test_what_a_file_holds_is_read_without_its_line_end(tmp_path: Path) -> None:
    """As an editor, `echo` or a secret store leaves it."""
    path = tmp_path / "key"
    path.write_bytes(b"  s3cret\r\n\n")

    assert read_secret(str(path)) == "s3cret"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * (MAX_BYTES + 1), "over 65536 bytes"),
    ],
)
def test_a_file_without_a_secret_is_refused(
    tmp_path: Path, content: bytes, why: str
) -> None:
    """In a few words that show none of it."""
    path = tmp_path / "key"
    path.write_bytes(content)

    with pytest.raises(UnusableFile, match=why):
        read_secret(str(path))


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    """A pipe would hold up the process; a folder or nothing at all holds no secret."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path, why in (
        (pipe, "not a plain file"),
        (tmp_path, "not a plain file"),
        (tmp_path / "missing", "No such file"),
        ("a\0b", "that is no path"),
    ):
        with pytest.raises(UnusableFile, match=why):
            read_secret(str(path))


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    """Kubernetes swaps such links to rotate a secret."""
    (tmp_path / "first").write_text("s3cret")
    (tmp_path / "key").symlink_to(tmp_path / "first")

    assert read_secret(str(tmp_path / "key")) == "s3cret"


def test_settings_come_from_files(tmp_path: Path) -> None:
    """The key, the operator's token, and tokens one a line or separated by commas."""
    for name, content in (
        ("key", f"{KEY}\n"),
        ("tokens", "agent:old\nagent:new,desk:d\n"),
        ("admin", "operator's\n"),
    ):
        (tmp_path / name).write_text(content)

    settings = ProxySettings.load(
        {
            **URL,
            "PROXY_UPSTREAM_KEY_FILE": str(tmp_path / "key"),
            "PROXY_CLIENT_TOKENS_FILE": str(tmp_path / "tokens"),
            "PROXY_ADMIN_TOKEN_FILE": str(tmp_path / "admin"),
            "PROXY_CLIENT_LIMITS": "desk:60:",
        }
    )

    assert client_tokens(settings) == {"agent": ("old", "new"), "desk": ("d",)}
    assert set(settings.secrets()) == {KEY, "old", "new", "d", "operator's"}
    assert settings.lends_its_key is False
    for secret in (KEY, "'old'", "'new'", "operator's"):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "content", "said"),
    [
        ("PROXY_UPSTREAM_KEY", "two s3cret words", "without spaces"),
        ("PROXY_CLIENT_TOKENS", "s3cret", "name:token pairs"),
        ("PROXY_CLIENT_TOKENS", ",", "names no token"),
        ("PROXY_CLIENT_TOKENS", "a:s3cret\nb:s3cret", "stands there twice"),
        ("PROXY_CLIENT_TOKENS", "a:s3c\x00ret", "printable text on one line"),
        ("PROXY_ADMIN_TOKEN", "s3cret\nor two", "printable text on one line"),
    ],
)
def test_a_wrong_content_names_the_files_variable(
    tmp_path: Path, variable: str, content: str, said: str
) -> None:
    """One sentence, and nothing of what the file holds."""
    path = tmp_path / "secret"
    path.write_text(content)

    with pytest.raises(SettingsError) as refusal:
        ProxySettings.load({**URL, f"{variable}_FILE": str(path)})

    sentence = str(refusal.value)
    assert sentence.startswith(f"{variable}_FILE names a file that is not right: ")
    assert said in sentence
    assert "s3c" not in sentence
    assert "\n" not in sentence


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """With its path, so that it can be put right."""
    path = str(tmp_path / "key")

    with pytest.raises(SettingsError) as refusal:
        ProxySettings.load({**URL, "PROXY_UPSTREAM_KEY_FILE": path})

    assert str(refusal.value) == (
        f"PROXY_UPSTREAM_KEY_FILE is '{path}', which cannot be used: No such file or "
        "directory."
    )


def test_a_value_and_its_file_are_not_both_set(tmp_path: Path) -> None:
    """Nobody has to guess which of them is in force."""
    path = tmp_path / "admin"
    path.write_text("s3cret-in-the-file")
    environ = {
        "PROXY_ADMIN_TOKEN": "s3cret-itself",
        "PROXY_ADMIN_TOKEN_FILE": str(path),
    }

    with pytest.raises(SettingsError) as refusal:
        ProxySettings.load({**URL, **environ})

    assert str(refusal.value).startswith(
        "PROXY_ADMIN_TOKEN and PROXY_ADMIN_TOKEN_FILE are both set"
    )
    assert "s3cret" not in str(refusal.value)


def test_a_token_that_can_be_guessed_is_named() -> None:
    """Below 16 characters it is accepted, with a warning that does not show it."""
    settings = ProxySettings.load(
        {
            **URL,
            "PROXY_CLIENT_TOKENS": f"agent:{'x' * 16},desk:{'y' * 15}",
            "PROXY_ADMIN_TOKEN": "zz",
        }
    )

    told = settings.weak_secrets()

    assert [sentence.partition(" is ")[0] for sentence in told] == [
        "The token of desk in PROXY_CLIENT_TOKENS",
        "PROXY_ADMIN_TOKEN",
    ]
    assert not any("yyy" in sentence or "zz" in sentence for sentence in told)
