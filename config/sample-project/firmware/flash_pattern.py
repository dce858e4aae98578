"""Turns the character of the light into the times at which the lamp is switched."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Character:
    """A group of equal flashes that repeats."""

    flashes: int
    flash_seconds: float
    gap_seconds: float
    period_seconds: float


LANTERN_ROCK = Character(flashes=2, flash_seconds=0.5, gap_seconds=2.5, period_seconds=15.0)


def switch_times(character: Character) -> list[tuple[float, bool]]:
    """The seconds within one period at which the lamp goes on (True) or off (False)."""
    times = []
    for index in range(character.flashes):
        start = index * (character.flash_seconds + character.gap_seconds)
        times.append((start, True))
        times.append((start + character.flash_seconds, False))
    if times and times[-1][0] > character.period_seconds:
        raise ValueError("the flashes do not fit into the period")
    return times
