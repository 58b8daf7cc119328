"""The recovery key on paper: thirteen groups of five characters, in which every single slip is found and located.

Crockford's alphabet (no I, L, O, U). The fifth character of a group is a check over GF(32): each place has a weight of
its own, so that a wrong character or two swapped ones never cancel out, and each group an offset of its own.
"""

from __future__ import annotations

from app.domain.errors import Unusable

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011", "- \t\n")
_GROUPS, _DATA = 13, 4
_SIZE = _DATA + 1
_PAD = _GROUPS * _DATA * 5 - 256


def _double(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


def _check(group: int, symbols: list[int]) -> int:
    """The check of the group's four symbols: their sum, each weighted by a power of x, and the group's number."""
    total = 0
    for symbol in reversed(symbols):
        total = _double(total ^ symbol)
    return total ^ (group + 1)


def code(seed: bytes) -> str:
    """The text code of a 32-byte seed, such as `0B1CD-…`."""
    number = int.from_bytes(seed) << _PAD
    symbols = [number >> shift & 31 for shift in range(5 * (_GROUPS * _DATA - 1), -1, -5)]
    groups = []
    for group in range(_GROUPS):
        part = symbols[group * _DATA : (group + 1) * _DATA]
        groups.append("".join(_ALPHABET[one] for one in [*part, _check(group, part)]))
    return "-".join(groups)


def read(text: str) -> bytes:
    """The 32 bytes of a code as typed (case, blanks and hyphens do not matter); Unusable names the group at fault."""
    typed = text.upper().translate(_LOOKALIKES)
    if len(typed) != _GROUPS * _SIZE:
        raise _wrong_length(text, len(typed))
    number = 0
    for group in range(_GROUPS):
        part = [_ALPHABET.find(char) for char in typed[group * _SIZE : (group + 1) * _SIZE]]
        if -1 in part or _check(group, part[:_DATA]) != part[_DATA]:
            raise _mistyped(group + 1)
        for symbol in part[:_DATA]:
            number = number << 5 | symbol
    if number & (1 << _PAD) - 1:
        raise _mistyped(_GROUPS)
    return (number >> _PAD).to_bytes(32)


def _mistyped(group: int) -> Unusable:
    return Unusable(
        f"Group {group} of the recovery code is mistyped.",
        "Compare its five characters with the sheet.",
        code="bad-code",
    )


def _wrong_length(text: str, length: int) -> Unusable:
    groups = text.upper().replace("-", " ").split()
    odd = next((number for number, group in enumerate(groups, 1) if len(group) != _SIZE), None)
    if odd is not None and len(groups) == _GROUPS:
        return _mistyped(odd)
    return Unusable(
        f"The recovery code has {length} characters instead of {_GROUPS * _SIZE}.",
        "Type all thirteen groups of five.",
        code="bad-code",
    )


def sheet(seed: bytes, fingerprint: str, org: str, made: str) -> str:
    """The text of the recovery sheet; `made` is the day as it shall be printed."""
    groups = code(seed).split("-")
    rows = "\n".join("    " + "  ".join(groups[start : start + 5]) for start in range(0, _GROUPS, 5))
    return f"""\
RECOVERY SHEET

Organisation   {org}
Made           {made}
Recovery key   {fingerprint}

{rows}

These thirteen groups are the recovery key itself. Keep the sheet off the machine, under lock, in two places.
Whoever holds it can end a stolen or lost log key; nobody can do so without it. It opens no incident and reads
no text. Upper and lower case do not matter; there is no letter I, L, O or U. Each group ends in a check character:
when a group is mistyped, the program names it.
"""
