"""People of the million: nobody in them exists. Surnames are made of syllables, domains are reserved for examples."""

import random
import re

from glu_admin.sandbox.vocabulary import FIRST_NAMES, LAST_NAMES, TOWNS

_SYLLABLES = re.findall(
    r"\w+", "bar wel ton har low den ash ber mar pen rick ston hol ley win thor cas dun el fen gor hurst"
)


def vocabulary(chance: random.Random) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """First names, surnames (few frequent, thousands rare), and towns with their postcode districts."""
    made = {"".join(chance.choice(_SYLLABLES) for _ in range(chance.choice((2, 2, 3)))).title() for _ in range(9_000)}
    lasts = [*LAST_NAMES, *sorted(made)]
    firsts = [*FIRST_NAMES, *("Jo", "Bo", "John", "Jonathan", "Li", "Xu")]
    letters = "ABCDEFGHKLMNPRSTW"
    towns = [(town, district) for town, _, district in TOWNS]
    towns += [
        (f"{chance.choice(_SYLLABLES)}{chance.choice(_SYLLABLES)}".title(), f"{one}{two}{number}")
        for one in letters
        for two in letters[:6]
        for number in range(1, 20)
    ]
    return firsts, lasts, towns


def person(chance: random.Random, firsts: list[str], lasts: list[str], number: int) -> tuple[str, str, str]:
    """A first name, a surname and an e-mail address; `number` is what tells the address from others."""
    first = chance.choice(firsts)
    draw = chance.random()
    if draw < 0.07:
        last = "Smith"
    elif draw < 0.3:
        last = lasts[int(chance.random() ** 2 * 41)]
    else:
        last = lasts[int(chance.random() ** 1.5 * len(lasts))]
    plain = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
    domain = chance.choices(("mail.example", "post.example", "example.com", "example.org", "proton.example"),
                            (40, 25, 20, 13, 2))[0]  # fmt: skip
    return first, last, f"{plain}{number}@{domain}"
