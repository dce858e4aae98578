"""Computes vectors with onnxruntime on the processor."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Encoding

from ..errors import ModelFault
from ..models.model_folder import ModelFolder
from .vectors import pool

VERSION = f"onnxruntime {onnxruntime.__version__}"

_INPUTS = {"input_ids", "attention_mask", "token_type_ids", "position_ids"}


def _has_moving_scales(weights: Path) -> bool:
    """Whether activations are quantised by the range of the whole batch, which mixes texts."""
    with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"DynamicQuantizeLinear") >= 0


class OnnxEngine:
    """One loaded onnx model; `run` may be called from several threads."""

    def __init__(self, folder: ModelFolder, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads that spin take the processor from everybody else on the machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder.weights), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # The library raises bare exceptions of its own.
            raise ModelFault(f"{folder.weights} cannot be loaded: {str(error).splitlines()[0][:200]}") from None
        self._pooling = folder.pooling
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        foreign = [name for name in self._inputs if name not in _INPUTS]
        if foreign:
            raise ModelFault(f"{folder.weights} wants {foreign[0]}, which is not made here; use another export")
        outputs = [entry.name for entry in self._session.get_outputs()]
        self._is_pooled = "sentence_embedding" in outputs
        hidden = next((name for name in ("last_hidden_state", "token_embeddings") if name in outputs), outputs[0])
        self._output = "sentence_embedding" if self._is_pooled else hidden
        if folder.has_dense and not self._is_pooled:
            raise ModelFault(f"{folder.path} has a dense layer outside its onnx: use --backend sentence-transformers")
        if not self._is_pooled and folder.pooling == "unknown":
            raise ModelFault(f"{folder.path} does not say how it pools: add 1_Pooling/config.json")
        self.takes_single_texts = _has_moving_scales(folder.weights)

    def run(self, encodings: list[Encoding], _texts: list[str]) -> np.ndarray:
        """Vectors of the texts, not yet scaled; rows in the order given."""
        width = max(len(encoding.ids) for encoding in encodings)
        shape = (len(encodings), width)
        columns = {name: np.zeros(shape, dtype=np.int64) for name in _INPUTS}
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            columns["input_ids"][row, :length] = encoding.ids
            columns["attention_mask"][row, :length] = encoding.attention_mask
            columns["token_type_ids"][row, :length] = encoding.type_ids
        columns["position_ids"][:] = np.arange(width)
        (output,) = self._session.run([self._output], {name: columns[name] for name in self._inputs})
        return output if self._is_pooled else pool(output, columns["attention_mask"], self._pooling)
