"""What a model folder says about its model: two layouts are read, a sentence-transformers folder and a bundle
of an onnx file with its tokenizer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelFault
from .known_models import KnownModel, known_model

# In the order in which a folder that has several is served.
_ONNX_NAMES = ("model.onnx", "model_fp16.onnx", "model_quantized.onnx", "model_int8.onnx", "model_uint8.onnx")
_PRECISIONS = {
    "fp16": "fp16",
    "quantized": "int8",
    "int8": "int8",
    "qint8": "int8",
    "q8": "int8",
    "uint8": "uint8",
    "quint8": "uint8",
    "q4": "q4",
    "bnb4": "bnb4",
    "q4f16": "q4f16",
}
_WEIGHT_NAMES = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True)
class ModelFolder:
    """One model as its folder describes it; nothing of it is loaded yet."""

    path: Path
    model_id: str
    # Its publisher's name where it is known, else the id.
    name: str
    weights: Path
    precision: str
    max_tokens: int
    pooling: str
    has_own_normalize: bool
    has_dense: bool
    prompts: dict[str, str] = field(default_factory=dict)
    default_prompt: str = ""
    dimensions: int | None = None
    shorter_dimensions: tuple[int, ...] = ()

    def sha256(self) -> str:
        """Digest of the weights; reads the whole file."""
        digest = hashlib.sha256()
        with self.weights.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    def prompt(self, input_type: str | None) -> str:
        """The text put before an input of this type; without a type, what the model itself has as its default."""
        return self.default_prompt if input_type is None else self.prompts.get(input_type, "")


def is_model_folder(path: Path) -> bool:
    """Whether a folder has a tokenizer, which every model here needs."""
    return (path / "tokenizer.json").is_file()


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelFault(f"{path} cannot be read: {error}") from None
    return value if isinstance(value, dict) else {}


def _modules(path: Path) -> list[dict[str, Any]]:
    try:
        value = json.loads((path / "modules.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ModelFault(f"{path / 'modules.json'} cannot be read: {error}") from None
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _onnx_file(path: Path) -> Path | None:
    for folder in (path / "onnx", path):
        for name in _ONNX_NAMES:
            if (folder / name).is_file():
                return folder / name
    others = sorted([*path.glob("onnx/*.onnx"), *path.glob("*.onnx")])
    return others[0] if others else None


def _weights(path: Path, backend: str) -> Path:
    if backend == "onnxruntime":
        found = _onnx_file(path)
        if found is None:
            hint = "add onnx/model.onnx, or start with --backend sentence-transformers"
            raise ModelFault(f"{path} has no onnx file; {hint}")
        return found
    for name in _WEIGHT_NAMES:
        if (path / name).is_file():
            return path / name
    raise ModelFault(f"{path} has no model.safetensors; --backend onnxruntime serves its onnx file if it has one")


def _precision(weights: Path, config: dict[str, Any]) -> str:
    if weights.suffix == ".onnx":
        for part in weights.stem.lower().replace("-", "_").split("_"):
            if part in _PRECISIONS:
                return _PRECISIONS[part]
        return "fp32"
    return {"float16": "fp16", "bfloat16": "bf16"}.get(str(config.get("torch_dtype") or config.get("dtype")), "fp32")


def _pooling(path: Path, modules: list[dict[str, Any]], known: KnownModel | None) -> str:
    places = [str(row.get("path", "")) for row in modules if str(row.get("type", "")).endswith("Pooling")]
    config = _json(path / (places[0] if places else "1_Pooling") / "config.json")
    if config.get("pooling_mode_mean_tokens") or config.get("pooling_mode") == "mean":
        return "mean"
    if config.get("pooling_mode_cls_token") or config.get("pooling_mode") == "cls":
        return "cls"
    if config.get("pooling_mode_lasttoken") or config.get("pooling_mode") == "lasttoken":
        return "last-token"
    if config:
        return "unknown"
    return known.pooling if known else "unknown"


def _max_tokens(path: Path, config: dict[str, Any], known: KnownModel | None) -> int:
    own = _json(path / "sentence_bert_config.json").get("max_seq_length")
    if isinstance(own, int) and own > 0:
        return own
    if known is not None:
        return known.max_tokens
    limits = [config.get("max_position_embeddings"), _json(path / "tokenizer_config.json").get("model_max_length")]
    numbers = [int(value) for value in limits if isinstance(value, (int, float)) and 0 < value < 10_000_000]
    if not numbers:
        raise ModelFault(f"{path} does not say how many tokens it reads: sentence_bert_config.json is missing")
    # Position 0 and 1 of the RoBERTa family are padding.
    is_offset = config.get("model_type") in ("roberta", "xlm-roberta", "mpnet", "camembert")
    return min(numbers) - (2 if is_offset and min(numbers) == config.get("max_position_embeddings") else 0)


def _prompts(path: Path, known: KnownModel | None) -> tuple[dict[str, str], str]:
    config = _json(path / "config_sentence_transformers.json")
    own = config.get("prompts")
    prompts = {key: value for key, value in own.items() if isinstance(value, str)} if isinstance(own, dict) else {}
    if not any(prompts.values()):
        return ({"query": known.query_prefix, "document": known.document_prefix} if known else {}), ""
    if "document" not in prompts and "passage" in prompts:
        prompts["document"] = prompts["passage"]
    return prompts, prompts.get(str(config.get("default_prompt_name")), "")


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _dimensions(path: Path, config: dict[str, Any], modules: list[dict[str, Any]]) -> int | None:
    dense = [str(row.get("path", "")) for row in modules if str(row.get("type", "")).endswith("Dense")]
    if dense:
        return _number(_json(path / dense[-1] / "config.json").get("out_features"))
    return _number(config.get("hidden_size")) or _number(config.get("dim"))


def read_model_folder(path: Path, model_id: str, backend: str) -> ModelFolder:
    """Reads the small files of a folder; ModelFault says which one is missing or wrong."""
    config = _json(path / "config.json")
    known = known_model(model_id, path.name, str(config.get("_name_or_path", "")))
    modules = _modules(path)
    weights = _weights(path, backend)
    prompts, default_prompt = _prompts(path, known)
    cuts = config.get("matryoshka_dimensions")
    shorter = tuple(cut for cut in cuts if _number(cut)) if isinstance(cuts, list) else ()
    kinds = [str(row.get("type", "")).rsplit(".", 1)[-1] for row in modules]
    return ModelFolder(
        path=path,
        model_id=model_id,
        name=known.name if known else model_id,
        weights=weights,
        precision=_precision(weights, config),
        max_tokens=_max_tokens(path, config, known),
        pooling=_pooling(path, modules, known),
        has_own_normalize="Normalize" in kinds,
        has_dense="Dense" in kinds,
        prompts=prompts,
        default_prompt=default_prompt,
        dimensions=_dimensions(path, config, modules) or (known.dimensions if known else None),
        shorter_dimensions=shorter or (known.shorter_dimensions if known else ()),
    )
