"""What every request passes before it is read: the key, the name it asks for, and the size of its body."""

from __future__ import annotations

import hmac
from typing import Any

from ..errors import RequestError
from ..settings import Settings

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
_OPEN_PATHS = {"/health"}


class Guard:
    """An ASGI layer. It answers refusals itself, so nothing behind it sees a request that it refused."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
            self._check(scope["path"], headers)
        except RequestError as error:
            await refuse(error, send)
            return
        await self._app(scope, self._bounded(receive), send)

    def _check(self, path: str, headers: dict[str, str]) -> None:
        host = headers.get("host", "")
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        if self._settings.is_loopback and name.lower() not in {*_LOOPBACK_NAMES, self._settings.host}:
            # A page in a browser may point a name of its own at this machine.
            raise RequestError(403, "only requests for localhost are answered", code="foreign_host")
        if self._settings.api_key is not None and path not in _OPEN_PATHS:
            given = headers.get("authorization", "").removeprefix("Bearer ").encode("latin-1")
            if not hmac.compare_digest(given, self._settings.api_key.encode("utf-8")):
                raise RequestError(
                    401, "send the key of this server as Authorization: Bearer", code="invalid_api_key",
                    headers={"WWW-Authenticate": "Bearer"},
                )
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._settings.max_body_bytes:
            raise self._too_large()

    def _bounded(self, receive: Any) -> Any:
        received = 0

        async def limited() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._settings.max_body_bytes:
                raise self._too_large()
            return message

        return limited

    def _too_large(self) -> RequestError:
        return RequestError(
            413, f"the body is larger than {self._settings.max_body_bytes} bytes; send fewer texts at once",
            code="body_too_large", headers={"Connection": "close"},
        )


async def refuse(error: RequestError, send: Any) -> None:
    """Writes an error as an answer."""
    headers = {"Content-Type": "application/json", **error.headers}
    raw = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": error.status, "headers": raw})
    await send({"type": "http.response.body", "body": error.body()})
