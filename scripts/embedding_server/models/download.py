"""Fetches a model from the model hub; called only where the server was told that it may."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from ..errors import RequestError
from ..settings import Settings

_REPOSITORY = re.compile(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
_SMALL_FILES = ["*.json", "*/config.json", "vocab.txt", "*.model", "README.md"]


def fetch_model(name: str, settings: Settings) -> None:
    """Puts a repository of the hub into the models folder, whole or not at all; RequestError 404 says why."""
    if not _REPOSITORY.match(name):
        raise RequestError(
            404, f"the model {name} is not here, and only names like owner/model can be fetched",
            code="model_not_found", param="model",
        )
    from huggingface_hub import snapshot_download

    weights = ["onnx/model.onnx"] if settings.backend == "onnxruntime" else ["*.safetensors"]
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".part-", dir=settings.models_dir))
    print(f"embedding server: fetching {name} from the model hub", file=sys.stderr, flush=True)
    try:
        snapshot_download(name, local_dir=staging / "model", allow_patterns=[*_SMALL_FILES, *weights])
        place = settings.models_dir / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            (staging / "model").rename(place)
    except Exception as error:  # The library and the network raise many kinds; all mean that it is not here.
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise RequestError(
            404, f"the model {name} could not be fetched: {reason[0][:200]}", code="model_not_found", param="model"
        ) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
