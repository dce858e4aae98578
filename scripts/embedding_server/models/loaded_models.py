"""Models in memory: loaded when first asked for, the least used one let go when there are too many."""

from __future__ import annotations

import importlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from ..errors import ModelFault, RequestError
from .model_folder import ModelFolder
from ..settings import Settings
from .tokens import TextTokenizer

_MODULES = {"onnxruntime": "onnx_backend", "sentence-transformers": "sentence_transformers_backend"}
_CLASSES = {"onnxruntime": "OnnxEngine", "sentence-transformers": "SentenceTransformersEngine"}


@dataclass(frozen=True)
class LoadedModel:
    """A model that can compute."""

    folder: ModelFolder
    tokenizer: TextTokenizer
    engine: Any


class LoadedModels:
    """Loading is done one at a time and may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._backend = importlib.import_module(f"..compute.{_MODULES[settings.backend]}", __package__)
        self._engine_class = getattr(self._backend, _CLASSES[settings.backend])
        self._settings = settings
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, LoadedModel] = OrderedDict()
        self._tokenizers: OrderedDict[str, TextTokenizer] = OrderedDict()

    @property
    def version(self) -> str:
        return self._backend.VERSION

    def ids(self) -> list[str]:
        """Ids of what is in memory."""
        return [model.folder.model_id for model in list(self._loaded.values())]

    def tokenizer(self, folder: ModelFolder) -> TextTokenizer:
        """The tokenizer alone, without the weights."""
        with self._lock:
            return self._tokenizer(folder)

    def load(self, folder: ModelFolder) -> LoadedModel:
        """The model in memory; RequestError 400 when its files cannot be loaded."""
        key = str(folder.weights)
        with self._lock:
            if key not in self._loaded:
                try:
                    engine = self._engine_class(folder, self._settings.threads)
                except ModelFault as fault:
                    raise _unusable(folder, fault) from None
                self._loaded[key] = LoadedModel(folder, self._tokenizer(folder), engine)
                while len(self._loaded) > self._settings.loaded_models:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def _tokenizer(self, folder: ModelFolder) -> TextTokenizer:
        key = str(folder.path)
        if key not in self._tokenizers:
            try:
                self._tokenizers[key] = TextTokenizer(folder.path, folder.max_tokens)
            except ModelFault as fault:
                raise _unusable(folder, fault) from None
            while len(self._tokenizers) > self._settings.loaded_models * 2:
                self._tokenizers.popitem(last=False)
        return self._tokenizers[key]


def _unusable(folder: ModelFolder, fault: ModelFault) -> RequestError:
    return RequestError(
        400, f"the model {folder.model_id} cannot be served: {fault}", code="model_unusable", param="model"
    )
