"""Computes vectors with sentence-transformers, every layer of the model's own folder included."""

from __future__ import annotations

import numpy as np
import sentence_transformers
import torch
from tokenizers import Encoding

from ..errors import ModelFault
from ..models.model_folder import ModelFolder

VERSION = f"sentence-transformers {sentence_transformers.__version__}"


class SentenceTransformersEngine:
    """One loaded model; scaling to length one is left to the server, as a caller may ask for it or not."""

    takes_single_texts = False

    def __init__(self, folder: ModelFolder, threads: int) -> None:
        torch.set_num_threads(threads)
        try:
            self._model = sentence_transformers.SentenceTransformer(
                str(folder.path), local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # Any layer of the library may raise its own.
            raise ModelFault(f"{folder.path} cannot be loaded: {str(error).splitlines()[0][:200]}") from None
        for name, module in list(self._model.named_children()):
            if type(module).__name__ == "Normalize":
                del self._model[int(name)]
        self._model.max_seq_length = folder.max_tokens

    def run(self, encodings: list[Encoding], texts: list[str]) -> np.ndarray:
        """Vectors of the texts; the library cuts at the same length as the server does."""
        with torch.inference_mode():
            return self._model.encode(
                texts, batch_size=len(encodings), prompt="", normalize_embeddings=False,
                convert_to_numpy=True, show_progress_bar=False,
            )
