"""Reads a safetensors file without its package."""

import json
from pathlib import Path

import numpy as np


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file; all of them must be 32-bit floats or integers that nobody needs."""
    content = np.memmap(path, dtype=np.uint8, mode="r")
    header_length = int(content[:8].view("<u8")[0])
    header = json.loads(bytes(content[8 : 8 + header_length]))
    start = 8 + header_length
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = content[start + begin : start + end].view("<f4").reshape(entry["shape"])
    return tensors
