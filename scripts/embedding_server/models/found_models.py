"""The models that lie in the models folder, by the names people call them."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Any

from ..errors import ModelFault, RequestError
from .model_folder import ModelFolder, is_model_folder, read_model_folder
from ..settings import Settings

_HUB_FOLDER = re.compile(r"^models--([^/]+)--([^/]+)$")


class FoundModels:
    """Looks into the folder anew each time it is asked, so that a model put there later is served without a restart."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.models_dir
        self._backend = settings.backend
        self._settings = settings
        self._digests: dict[tuple[str, int, int], str] = {}
        self._digest_lock = threading.Lock()

    def look(self) -> tuple[list[ModelFolder], dict[str, str]]:
        """The models that can be served, and why others cannot, both by id."""
        models: list[ModelFolder] = []
        faults: dict[str, str] = {}
        for model_id, path in self._places():
            try:
                models.append(read_model_folder(path, model_id, self._backend))
            except ModelFault as fault:
                faults[model_id] = str(fault)
        return models, faults

    def find(self, name: str | None) -> ModelFolder:
        """The model of that name; without one the default, or the only one there is; else RequestError."""
        models, faults = self.look()
        wanted = name or self._settings.default_model
        if wanted is None:
            if len(models) == 1:
                return models[0]
            message = '"model" is missing; GET /v1/models lists the names'
            raise RequestError(400, message, code="model_required", param="model")
        lowered = wanted.lower()
        for names in (_ids, _tails, _published):
            for model in models:
                if lowered in names(model):
                    return model
        for model_id, reason in faults.items():
            if lowered in (model_id.lower(), model_id.split("/")[-1].lower()):
                message = f"the model {model_id} cannot be served: {reason}"
                raise RequestError(400, message, code="model_unusable", param="model")
        raise RequestError(404, self._missing(wanted, models), code="model_not_found", param="model")

    def describe(self, model: ModelFolder) -> dict[str, Any]:
        """The entry of /v1/models; the digest reads the whole file the first time."""
        weights = model.weights.stat()
        return {
            "id": model.model_id,
            "object": "model",
            "created": int(weights.st_mtime),
            "owned_by": "wooster",
            "meta": {
                "name": model.name,
                "dimensions": model.dimensions,
                "max_tokens": model.max_tokens,
                "pooling": model.pooling,
                # What a request gets that does not say "normalize".
                "normalized": True,
                "query_prefix": model.prompt("query"),
                "document_prefix": model.prompt("document"),
                "shorter_dimensions": list(model.shorter_dimensions),
                "quantization": model.precision,
                "sha256": self._digest(model, weights),
                "size": weights.st_size,
            },
        }

    def _digest(self, model: ModelFolder, weights: os.stat_result) -> str:
        key = (str(model.weights), weights.st_size, weights.st_mtime_ns)
        with self._digest_lock:
            if key not in self._digests:
                self._digests[key] = model.sha256()
            return self._digests[key]

    def _places(self) -> list[tuple[str, Path]]:
        """Model folders: the root itself, its folders, folders in these, and the layout of the hub's own cache."""
        if is_model_folder(self._root):
            return [(self._root.name, self._root)]
        places: list[tuple[str, Path]] = []
        for child in _folders(self._root):
            hub = _HUB_FOLDER.match(child.name)
            if is_model_folder(child):
                places.append((child.name, child))
            elif hub:
                snapshots = [path for path in _folders(child / "snapshots") if is_model_folder(path)]
                if snapshots:
                    newest = max(snapshots, key=lambda path: path.stat().st_mtime)
                    places.append((f"{hub[1]}/{hub[2]}", newest))
            else:
                places.extend((f"{child.name}/{path.name}", path) for path in _folders(child) if is_model_folder(path))
        return places

    def _missing(self, wanted: str, models: list[ModelFolder]) -> str:
        there = ", ".join(model.model_id for model in models) or "none"
        return f"the model {wanted} is not in {self._root} (there: {there}) and was not fetched"


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))
    except OSError:
        return []


def _ids(model: ModelFolder) -> set[str]:
    return {model.model_id.lower()}


def _tails(model: ModelFolder) -> set[str]:
    return {model.model_id.split("/")[-1].lower()}


def _published(model: ModelFolder) -> set[str]:
    return {model.name.lower(), model.name.split("/")[-1].lower()}
