"""Reads the bodies of requests; what is wrong in them is told by field and position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import RequestError
from ..models.model_folder import ModelFolder


@dataclass(frozen=True)
class EmbedRequest:
    """A request for vectors, checked as far as the model need not be known."""

    model: str | None
    texts: list[str]
    normalize: bool
    dimensions: int | None
    encoding: str
    input_type: str | None
    truncate: bool


def refused(message: str, param: str | None, code: str = "invalid_value") -> RequestError:
    return RequestError(400, message, code=code, param=param)


def read_embed_request(body: object, max_inputs: int) -> EmbedRequest:
    """The body of POST /v1/embeddings; fields it does not know are left alone, as clients send some of their own."""
    fields = object_of(body)
    dimensions = fields.get("dimensions")
    if dimensions is not None and (type(dimensions) is not int or dimensions < 1):
        raise refused('"dimensions" must be a whole number above 0', "dimensions")
    return EmbedRequest(
        model=model_of(fields),
        texts=texts_of(fields.get("input"), max_inputs),
        normalize=_flag(fields, "normalize", True),
        dimensions=dimensions,
        encoding=_choice(fields, "encoding_format", ("float", "base64")) or "float",
        input_type=input_type_of(fields),
        truncate=_flag(fields, "truncate", False),
    )


def object_of(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise refused("the body must be a JSON object", None)
    return body


def model_of(fields: dict[str, Any]) -> str | None:
    model = fields.get("model")
    if model is not None and (not isinstance(model, str) or model == ""):
        raise refused('"model" must be the name of a model', "model")
    return model


def input_type_of(fields: dict[str, Any]) -> str | None:
    return _choice(fields, "input_type", ("query", "document"))


def texts_of(value: object, max_inputs: int) -> list[str]:
    """One text or a list of them, none empty."""
    if value is None:
        raise refused('"input" is missing: a text or a list of texts', "input")
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts:
        raise refused('"input" must be a text or a list of at least one text', "input")
    if len(texts) > max_inputs:
        message = f'"input" has {len(texts)} texts, {max_inputs} are allowed in one request; send them in several'
        raise refused(message, "input", "too_many_inputs")
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise refused(f'"input"[{position}] must be a text; arrays of tokens are not read', "input")
        if text == "":
            raise refused(f'"input"[{position}] is empty', "input")
        if not _is_unicode(text):
            raise refused(f'"input"[{position}] has half of a surrogate pair', "input")
    return texts


def check_dimensions(dimensions: int | None, model: ModelFolder) -> None:
    """Only lengths the model was trained for, so that nobody gets vectors that mean nothing."""
    if dimensions is None or dimensions == model.dimensions or dimensions in model.shorter_dimensions:
        return
    own = f"{model.model_id} makes {model.dimensions} dimensions"
    if not model.shorter_dimensions:
        message = f'{own} and was not trained to be cut; leave "dimensions" out'
    else:
        allowed = ", ".join(str(cut) for cut in sorted(model.shorter_dimensions, reverse=True))
        message = f"{own}, and can be cut to {allowed}, not to {dimensions}"
    raise refused(message, "dimensions", "unsupported_dimensions")


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _flag(fields: dict[str, Any], name: str, default: bool) -> bool:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise refused(f'"{name}" must be true or false', name)
    return value


def _choice(fields: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if value not in allowed:
        raise refused(f'"{name}" must be {" or ".join(allowed)}', name)
    return value
