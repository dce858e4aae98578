"""Puts texts of like length together, so that little is computed on padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def batches_by_length(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Positions of the texts, shortest first, in groups of a padded size within `batch_tokens`; one may exceed it."""
    group: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if group and lengths[position] * (len(group) + 1) > batch_tokens:
            yield group
            group = []
        group.append(position)
    if group:
        yield group
