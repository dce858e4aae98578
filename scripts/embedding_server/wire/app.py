"""The routes."""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .. import SERVER_NAME, VERSION
from .embed_request import input_type_of, model_of, object_of, read_embed_request, refused, texts_of
from ..compute.embedder import Embedder
from ..errors import RequestError
from .guard import Guard


def make_app(embedder: Embedder) -> Any:
    """The server as an ASGI application."""
    app = FastAPI(title=SERVER_NAME, version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    _add_errors(app)
    _add_lists(app, embedder)
    _add_work(app, embedder)
    return Guard(app, embedder.settings)


def _add_lists(app: FastAPI, embedder: Embedder) -> None:
    settings = embedder.settings

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return {
            "status": "ok",
            "server": SERVER_NAME,
            "version": VERSION,
            "backend": embedder.loaded.version,
            "loaded": embedder.loaded.ids(),
            "queue": {"active": embedder.active, "limit": settings.queue_requests},
            "limits": {"inputs": settings.max_inputs, "request_tokens": settings.max_request_tokens},
        }

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        found, faults = await embedder.on_files(embedder.found.look)
        data = [await embedder.on_files(embedder.found.describe, model) for model in found]
        unusable = [{"id": model_id, "reason": reason} for model_id, reason in faults.items()]
        return {"object": "list", "data": data, "unusable": unusable}

    @app.get("/v1/models/{name:path}")
    async def model(name: str) -> dict[str, Any]:
        found = await embedder.on_files(embedder.found.find, name)
        return await embedder.on_files(embedder.found.describe, found)


def _add_work(app: FastAPI, embedder: Embedder) -> None:
    limit = embedder.settings.max_inputs

    @app.post("/v1/embeddings")
    async def embeddings(request: Request) -> Response:
        with embedder.place():
            body = read_embed_request(await _body(request), limit)
            return Response(await embedder.embed(body, request.is_disconnected), media_type="application/json")

    @app.post("/tokenize")
    async def tokenize(request: Request) -> dict[str, Any]:
        with embedder.place():
            fields = object_of(await _body(request))
            model = model_of(fields)
            if "content" in fields and "input" not in fields:
                if not isinstance(fields["content"], str):
                    raise refused('"content" must be a text', "content")
                return await embedder.tokens(model, fields["content"], fields.get("add_special") is True)
            return await embedder.count(model, texts_of(fields.get("input"), limit), input_type_of(fields))


async def _body(request: Request) -> object:
    content = await request.body()
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise refused("the body is not JSON", None, "invalid_json") from None


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RequestError)
    async def known(_request: Request, error: RequestError) -> Response:
        return Response(error.body(), error.status, headers=error.headers, media_type="application/json")

    @app.exception_handler(HTTPException)
    async def routing(request: Request, error: HTTPException) -> Response:
        code = {404: "unknown_path", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        told = RequestError(error.status_code, f"{request.method} {request.url.path}: {error.detail}", code=code)
        return Response(told.body(), told.status, headers=error.headers, media_type="application/json")

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, error: Exception) -> Response:
        # Only where it happened: the text of the error could hold what a caller sent.
        place = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        print(f"embedding server: {kind} at {place.filename}:{place.lineno}", file=sys.stderr, flush=True)
        told = {"message": f"the server failed ({kind}); its log says where", "type": "server_error"}
        return JSONResponse({"error": {**told, "param": None, "code": "internal"}}, 500)
