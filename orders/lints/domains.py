"""E-mail domains that are nearly, but not quite, one that many people have: gmial.com for gmail.com."""

from functools import lru_cache

_COMMON = (
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "outlook.com",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "btinternet.com",
    "virginmedia.com",
    "talktalk.net",
    "ntlworld.com",
    "blueyonder.co.uk",
    "protonmail.com",
)
# Domains that are as near to one of these as a slip would be, and that people have.
_REAL = frozenset({"mail.com", "email.com", "ymail.com", "hotmail.co", "yahoo.co", "gmail.co", "fmail.com"})
_SLIPS = {"gmail.co.uk": "gmail.com", "icloud.co.uk": "icloud.com", "googlemail.co.uk": "googlemail.com"}


@lru_cache(maxsize=4096)
def meant_domain(domain: str) -> str:
    """The common domain that somebody who typed this one probably meant; "" where it is one, or none is near."""
    typed = domain.strip().lower()
    if typed in _COMMON or typed in _REAL:
        return ""
    return _SLIPS.get(typed) or next((known for known in _COMMON if one_slip_apart(typed, known)), "")


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one text becomes the other by one sign more, less or another, or by two beside each other swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right or left == right[1:] or left[1:] == right[1:] or (len(left) > 1 and swapped)
