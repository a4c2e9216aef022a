"""Looks for a secret in whatever may hold it: as it is, and in the forms into which it may have been turned."""

import base64
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote


def forms(secret: str) -> set[bytes]:
    """The secret's bytes, and how they look in hex and in base64 at any offset."""
    raw = secret.encode()
    out = {raw, raw[::-1], quote(secret).encode(), raw.hex().encode(), raw.hex().upper().encode()}
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw)
        whole = text[4 if offset else 0 : -4]  # what stands before or after the secret changes the ends
        out |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return out


def where(secret: str, texts: dict[str, bytes]) -> list[str]:
    """The names of the texts that hold the secret in one of its forms."""
    looked_for = forms(secret)
    return [name for name, text in texts.items() if any(form in text for form in looked_for)]


def files(folders: Iterable[Path]) -> dict[str, bytes]:
    """Every file under these folders, by its path."""
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
