"""Arithmetic on vectors: pooling, length one, cutting, and how they are written."""

from __future__ import annotations

import base64

import numpy as np

from ..errors import ModelFault


def pool(hidden: np.ndarray, mask: np.ndarray, pooling: str) -> np.ndarray:
    """One vector a text out of one a token; `hidden` is (texts, tokens, dimensions), padding on the right."""
    if pooling == "mean":
        weights = mask[:, :, None].astype(np.float32)
        return (hidden * weights).sum(axis=1) / weights.sum(axis=1)
    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last-token":
        return hidden[np.arange(len(hidden)), mask.sum(axis=1) - 1]
    raise ModelFault("the folder does not say how vectors of tokens become one: add 1_Pooling/config.json")


def finish(vectors: np.ndarray, dimensions: int | None, normalize: bool) -> np.ndarray:
    """Cuts to `dimensions` and scales to length one, in this order; a zero vector stays as it is."""
    cut = vectors[:, :dimensions].astype(np.float32)
    if not normalize:
        return cut
    lengths = np.linalg.norm(cut, axis=1, keepdims=True)
    return (cut / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def written(vector: np.ndarray, encoding: str) -> str | list[float]:
    """A vector as the wire has it: numbers, or their 32-bit little-endian bytes in base64."""
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")
    return vector.tolist()
