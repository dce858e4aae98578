"""Starts and stops the server."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import AbstractContextManager, nullcontext

import uvicorn

from .wire.app import make_app
from .compute.embedder import Embedder
from .errors import RequestError, StartFault
from .settings import Settings, read_settings

# What is computed gets so long, and the connections a little longer.
_STOP_SECONDS = 3
_CLOSE_SECONDS = 6


class _Server(uvicorn.Server):
    """uvicorn without its signals: it would end by the signal itself, and a stop in good order exits with 0."""

    def capture_signals(self) -> AbstractContextManager[None]:
        return nullcontext()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise StartFault(
            f"cannot listen on {settings.host}:{settings.port}: {reason};"
            " stop what uses it, or set EMBEDDING_SERVER_PORT", 69,
        ) from None
    return listener


def _preload(embedder: Embedder, settings: Settings) -> None:
    for name in settings.preload:
        try:
            embedder.loaded.load(embedder.found.find(name))
        except RequestError as error:
            raise StartFault(f"cannot load {name}: {error.message}", 69) from None


async def _run(settings: Settings, listener: socket.socket, embedder: Embedder) -> None:
    config = uvicorn.Config(
        make_app(embedder), log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=_CLOSE_SECONDS, timeout_keep_alive=30, lifespan="off",
    )
    server = _Server(config)

    def stop() -> None:
        embedder.stop_within(_STOP_SECONDS)
        server.should_exit = True

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    found, faults = embedder.found.look()
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    count = "1 model" if len(found) == 1 else f"{len(found)} models"
    say(f"http://{shown}:{port} with {embedder.loaded.version}, {count} in {settings.models_dir}")
    if not found:
        say('"wooster setup" fetches a model; any other is a folder that you put there')
    for model_id, reason in faults.items():
        say(f"not served: {model_id}: {reason}")
    await server.serve(sockets=[listener])


def say(line: str) -> None:
    print(f"embedding server: {line}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Runs until it is told to stop; gives the exit code."""
    try:
        settings = read_settings(arguments)
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["TQDM_DISABLE"] = "1"
        if not settings.allow_download:
            os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        # Counting threads of the tokenizer beside those of the arithmetic would take the whole machine.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        listener = _listen(settings)
        embedder = Embedder(settings)
        _preload(embedder, settings)
    except StartFault as fault:
        say(str(fault))
        return fault.exit_code
    asyncio.run(_run(settings, listener, embedder))
    embedder.close()
    say("stopped")
    return 0
