"""Options of the server: flags first, then the environment, then the defaults."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from .errors import StartFault

BACKENDS = ("onnxruntime", "sentence-transformers")


@dataclass(frozen=True)
class Settings:
    """Everything the server was told; sizes are in what their names say."""

    host: str
    port: int
    backend: str
    models_dir: Path
    default_model: str | None
    api_key: str | None
    allow_download: bool
    preload: tuple[str, ...]
    threads: int
    max_inputs: int
    max_request_tokens: int
    max_body_bytes: int
    batch_tokens: int
    queue_requests: int
    loaded_models: int

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; a name other than localhost counts as reachable by others."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def default_models_dir() -> Path:
    """The folder where Wooster keeps weights."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "wooster" / "models"
    configured = os.environ.get("XDG_CACHE_HOME", "")
    cache = Path(configured) if os.path.isabs(configured) else home / ".cache"
    return cache / "wooster" / "models"


def _number(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _environment_number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if text == "":
        return default
    try:
        return _number(text)
    except ValueError:
        raise StartFault(f"{name} is {text!r}; set it to a whole number above 0", 64) from None


def _environment_flag(name: str) -> bool:
    text = os.environ.get(name, "").lower()
    if text in ("", "0", "false", "no", "off"):
        return False
    if text in ("1", "true", "yes", "on"):
        return True
    raise StartFault(f"{name} is {text!r}; set it to true or false", 64)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise StartFault(f"{message}; --help lists the options", 64)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="embedding_server.py",
        description="Turns texts into vectors on this machine, by the OpenAI wire: /v1/embeddings.",
        allow_abbrev=False,
    )
    environment = os.environ.get
    add = parser.add_argument
    add("--host", default=environment("EMBEDDING_SERVER_HOST") or "127.0.0.1",
        help="address to listen on; any but loopback needs a key (EMBEDDING_SERVER_HOST, 127.0.0.1)")
    add("--port", type=int, default=_environment_number("EMBEDDING_SERVER_PORT", 8001),
        help="port (EMBEDDING_SERVER_PORT, 8001)")
    add("--backend", choices=BACKENDS, default=environment("EMBEDDING_SERVER_BACKEND") or "onnxruntime",
        help="what computes (EMBEDDING_SERVER_BACKEND, onnxruntime)")
    add("--models-dir", default=environment("LOCAL_EMBEDDING_MODELS_DIR") or str(default_models_dir()),
        help="folder of the models (LOCAL_EMBEDDING_MODELS_DIR, the weights of Wooster)")
    add("--model", default=environment("EMBEDDING_SERVER_MODEL") or None,
        help="model of requests that name none (EMBEDDING_SERVER_MODEL)")
    add("--preload", action="append", default=[], metavar="MODEL", help="load this model at start; may be repeated")
    add("--api-key-file", default=environment("EMBEDDING_SERVER_API_KEY_FILE") or None, metavar="FILE",
        help="file with the key that callers must send (or EMBEDDING_SERVER_API_KEY)")
    add("--allow-download", action="store_true", default=_environment_flag("EMBEDDING_SERVER_ALLOW_DOWNLOAD"),
        help="fetch unknown models from the model hub (EMBEDDING_SERVER_ALLOW_DOWNLOAD, off; never with WOOSTER_LOCAL_ONLY)")
    limits = parser.add_argument_group("limits")
    for flag, name, default, text in (
        ("--threads", "EMBEDDING_SERVER_THREADS", default_threads(), "threads of the arithmetic"),
        ("--max-inputs", "EMBEDDING_SERVER_MAX_INPUTS", 256, "texts of one request"),
        ("--max-request-tokens", "EMBEDDING_SERVER_MAX_REQUEST_TOKENS", 65_536, "tokens of one request"),
        ("--max-body-bytes", "EMBEDDING_SERVER_MAX_BODY_BYTES", 8_388_608, "bytes of one request"),
        ("--batch-tokens", "EMBEDDING_SERVER_BATCH_TOKENS", 1_024, "tokens, padding included, of one computation"),
        ("--queue-requests", "EMBEDDING_SERVER_QUEUE_REQUESTS", 32, "requests at work or waiting"),
        ("--loaded-models", "EMBEDDING_SERVER_LOADED_MODELS", 2, "models kept in memory"),
    ):
        limits.add_argument(flag, type=_number, default=_environment_number(name, default),
                            help=f"{text} ({name}, {default})")
    return parser


def default_threads() -> int:
    """One core is left to the rest of the machine."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    return max(1, count - 1)


def _read_key(path: str | None) -> str | None:
    if path is None:
        return os.environ.get("EMBEDDING_SERVER_API_KEY") or None
    try:
        key = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartFault(f"cannot read the key file {path}: {error}", 66) from None
    if key == "":
        raise StartFault(f"the key file {path} is empty; write the key into it", 78)
    return key


def show_help_if_asked(arguments: list[str]) -> None:
    """Prints the options and ends; apart from the rest, so that it works before any package is installed."""
    if "-h" in arguments or "--help" in arguments:
        _parser().parse_args(["--help"])


def read_settings(arguments: list[str]) -> Settings:
    """Parses the options; StartFault says in one line what is wrong."""
    options = _parser().parse_args(arguments)
    if options.backend not in BACKENDS:
        raise StartFault(f"EMBEDDING_SERVER_BACKEND is {options.backend!r}; choose {' or '.join(BACKENDS)}", 64)
    if not 0 <= options.port <= 65_535:
        raise StartFault(f"the port {options.port} is not between 0 and 65535", 64)
    models_dir = Path(options.models_dir).expanduser().resolve()
    if models_dir.exists() and not models_dir.is_dir():
        raise StartFault(f"the models folder {models_dir} is a file; name a folder", 66)
    settings = Settings(
        host=options.host,
        port=options.port,
        backend=options.backend,
        models_dir=models_dir,
        default_model=options.model,
        api_key=_read_key(options.api_key_file),
        allow_download=options.allow_download and not _environment_flag("WOOSTER_LOCAL_ONLY"),
        preload=tuple(options.preload),
        threads=options.threads,
        max_inputs=options.max_inputs,
        max_request_tokens=options.max_request_tokens,
        max_body_bytes=options.max_body_bytes,
        batch_tokens=options.batch_tokens,
        queue_requests=options.queue_requests,
        loaded_models=options.loaded_models,
    )
    if not settings.is_loopback and settings.api_key is None:
        raise StartFault(
            f"{settings.host} can be reached by other machines and no key is set: set EMBEDDING_SERVER_API_KEY"
            " or --api-key-file, or listen on 127.0.0.1",
            78,
        )
    return settings
