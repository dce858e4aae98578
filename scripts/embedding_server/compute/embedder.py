"""Answers requests for vectors and counts: all arithmetic on threads of its own, one computation after another."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from tokenizers import Encoding

from .batches import batches_by_length
from ..models.download import fetch_model
from ..wire.embed_request import EmbedRequest, check_dimensions, refused
from ..errors import RequestError
from ..models.found_models import FoundModels
from ..models.loaded_models import LoadedModel, LoadedModels
from ..models.model_folder import ModelFolder
from ..settings import Settings
from .vectors import finish, written

_RETRY_SECONDS = 1


class Embedder:
    """Bounded: no more requests than the queue holds, no more texts and tokens than a request may have."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.found = FoundModels(settings)
        self.loaded = LoadedModels(settings)
        self.active = 0
        self._stops_at: float | None = None
        # Requests take turns batch by batch, so a short one does not wait for a long one to end.
        self._arithmetic = ThreadPoolExecutor(1, thread_name_prefix="arithmetic")
        self._files = ThreadPoolExecutor(2, thread_name_prefix="files")

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue; 503 with a time to come back when none is free."""
        if self.active >= self.settings.queue_requests:
            raise RequestError(
                503,
                f"{self.active} requests are at work or waiting, no more are taken; try again in {_RETRY_SECONDS} s",
                code="queue_full",
                headers={"Retry-After": str(_RETRY_SECONDS)},
            )
        self.active += 1
        try:
            yield
        finally:
            self.active -= 1

    async def on_files(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Runs what reads files beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._files, work, *arguments)

    async def find(self, name: str | None) -> ModelFolder:
        """The model of that name; one that is not there is fetched only where that is allowed."""
        try:
            return await self.on_files(self.found.find, name)
        except RequestError as error:
            if error.code != "model_not_found" or not self.settings.allow_download:
                raise
            await self.on_files(fetch_model, name or self.settings.default_model or "", self.settings)
            return await self.on_files(self.found.find, name)

    async def embed(self, request: EmbedRequest, is_gone: Callable[[], Awaitable[bool]]) -> bytes:
        """The body of the answer; stops between two computations when nobody waits for it any more."""
        folder = await self.find(request.model)
        if folder.dimensions is not None:
            check_dimensions(request.dimensions, folder)
        model: LoadedModel = await self.on_files(self.loaded.load, folder)
        run = asyncio.get_running_loop().run_in_executor
        texts = [folder.prompt(request.input_type) + text for text in request.texts]
        encodings: list[Encoding] = await run(self._arithmetic, self._encode, model, texts, request.truncate)
        lengths = [len(encoding.ids) for encoding in encodings]
        budget = 1 if model.engine.takes_single_texts else self.settings.batch_tokens
        vectors: np.ndarray | None = None
        for group in batches_by_length(lengths, budget):
            if await is_gone():
                raise RequestError(499, "the caller went away", code="cancelled")
            if self._stops_at is not None and time.monotonic() > self._stops_at:
                raise RequestError(503, "the server is being stopped", code="stopping", headers={"Retry-After": "5"})
            rows = await run(
                self._arithmetic, model.engine.run, [encodings[at] for at in group], [texts[at] for at in group]
            )
            if vectors is None:
                vectors = np.empty((len(texts), rows.shape[1]), dtype=np.float32)
            vectors[group] = rows
        assert vectors is not None
        return await self.on_files(_answer, request, folder, vectors, sum(lengths))

    async def count(self, model: str | None, texts: list[str], input_type: str | None) -> dict[str, Any]:
        """Tokens of each text as the model would read it, special tokens and prefix included."""
        folder = await self.find(model)
        tokenizer = await self.on_files(self.loaded.tokenizer, folder)
        prefix = folder.prompt(input_type)
        encodings = await self.on_files(tokenizer.encode, [prefix + text for text in texts])
        return {"counts": [len(encoding.ids) for encoding in encodings], "model": folder.model_id}

    async def tokens(self, model: str | None, text: str, with_special: bool) -> dict[str, Any]:
        """Ids of the tokens of one text."""
        folder = await self.find(model)
        tokenizer = await self.on_files(self.loaded.tokenizer, folder)
        return {"tokens": await self.on_files(tokenizer.ids, text, with_special)}

    def stop_within(self, seconds: float) -> None:
        """Requests that are at work have so long to come to their end; what is not done then is refused."""
        self._stops_at = time.monotonic() + seconds

    def close(self) -> None:
        """Lets what computes come to its end and takes nothing more."""
        self._arithmetic.shutdown(wait=False, cancel_futures=True)
        self._files.shutdown(wait=False, cancel_futures=True)

    def _encode(self, model: LoadedModel, texts: list[str], truncate: bool) -> list[Encoding]:
        limit = model.folder.max_tokens
        encodings = model.tokenizer.encode(texts)
        for position, encoding in enumerate(encodings):
            if len(encoding.ids) <= limit:
                continue
            if not truncate:
                message = (
                    f'"input"[{position}] has {len(encoding.ids)} tokens, {model.folder.model_id} reads {limit};'
                    ' shorten it, or send "truncate": true to have its beginning only'
                )
                raise refused(message, "input", "context_length_exceeded")
            encodings[position] = model.tokenizer.encode_cut(texts[position])
        total = sum(len(encoding.ids) for encoding in encodings)
        if total > self.settings.max_request_tokens:
            allowed = self.settings.max_request_tokens
            message = f"the request has {total} tokens, {allowed} are allowed; send it in parts"
            raise refused(message, "input", "too_many_tokens")
        return encodings


def _answer(request: EmbedRequest, folder: ModelFolder, vectors: np.ndarray, tokens: int) -> bytes:
    faulty = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(faulty) > 0:
        message = f'{folder.model_id} made numbers that are none for "input"[{faulty[0]}]'
        raise RequestError(500, message, code="not_a_number")
    finished = finish(vectors, request.dimensions, request.normalize)
    data = [
        {"object": "embedding", "index": index, "embedding": written(vector, request.encoding)}
        for index, vector in enumerate(finished)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json.dumps({"object": "list", "data": data, "model": folder.model_id, "usage": usage}).encode()
