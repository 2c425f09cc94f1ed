"""Passwords of cameras at rest."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from hub.config.vault import SEALED, SecretLost, Vault, is_sealed
from hub.model.source import Source, SourceKind

VAULT = Vault("a key of thirty-two characters or more")
SECRET = {"username": "op", "password": "canary-wort"}
CLEAR = Source("gate", SourceKind.CAMERA, "city/g1", "camera", "Gate", secret=SECRET)


def sealed_text(source: Source) -> str:
    return (source.secret or {})[SEALED]


def test_what_is_sealed_is_read_again_and_shows_nothing() -> None:
    sealed = VAULT.seal(CLEAR)
    assert is_sealed(sealed.secret)
    assert not is_sealed(CLEAR.secret)
    assert "canary" not in str(sealed.secret)
    assert b"canary" not in base64.b64decode(sealed_text(sealed).rpartition(".")[2])
    assert VAULT.unseal(sealed) == CLEAR
    assert "thirty-two" not in repr(VAULT)


def test_a_source_without_secret_needs_no_key() -> None:
    bare = replace(CLEAR, secret=None)
    assert Vault(None, "gone").seal(bare) == bare
    assert Vault(None, "gone").unseal(bare) == bare
    assert is_sealed(None)


def test_the_same_is_sealed_the_same_and_another_is_not() -> None:
    again = VAULT.seal(CLEAR)
    assert VAULT.seal(CLEAR) == again, "or every start would look like a change of every camera"
    others = [replace(CLEAR, id="door"), replace(CLEAR, secret={"username": "op", "password": "other-wort"})]
    assert len({sealed_text(VAULT.seal(source)) for source in (CLEAR, *others)}) == 3
    assert VAULT.seal(again) == again, "what is sealed stays as it is"


def test_a_secret_belongs_to_its_camera_and_to_its_key() -> None:
    sealed = VAULT.seal(CLEAR)
    with pytest.raises(SecretLost, match="another camera"):
        VAULT.unseal(replace(sealed, id="door"))
    with pytest.raises(SecretLost, match="another key"):
        Vault("quite another key of thirty-two characters").unseal(sealed)
    with pytest.raises(SecretLost, match="gone"):
        Vault(None, "gone").unseal(sealed)


@pytest.mark.parametrize("change", ["flip", "cut", "text", "version"])
def test_a_secret_that_was_changed_is_not_read(change: str) -> None:
    text = sealed_text(VAULT.seal(CLEAR))
    head, _, body = text.rpartition(".")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    changed = {
        "flip": f"{head}.{base64.b64encode(raw).decode()}",
        "cut": f"{head}.{body[:12]}",
        "text": f"{head}.not base64!",
        "version": text.replace("v1.", "v9.", 1),
    }[change]
    with pytest.raises(SecretLost):
        VAULT.unseal(replace(CLEAR, secret={SEALED: changed}))


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [(None, 0, "cannot be read"), ("short", 0o600, "fewer than 32"), ("x" * 40, 0o644, "chmod 600")],
)
def test_a_key_file_that_is_no_use_says_why(tmp_path: Path, text: str | None, mode: int, words: str) -> None:
    file = tmp_path / "key"
    if text is not None:
        file.write_text(text)
        file.chmod(mode)
    vault = Vault.from_file(file)
    assert words in vault.why
    with pytest.raises(SecretLost, match="cannot be read"):
        vault.seal(CLEAR)


def test_a_key_file_of_its_owner_is_used(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("a key of thirty-two characters or more\n")
    file.chmod(0o600)
    assert Vault.from_file(file).unseal(VAULT.seal(CLEAR)) == CLEAR
