"""What every request passes before it is read: the key, the name it asks for, and the size of its body."""

from __future__ import annotations

import hmac
from typing import Any

from ..errors import RequestError
from ..settings import Settings

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
_OPEN_PATHS = {"/health"}
# Times the limit that is read of a body before the connection is closed.
_PATIENCE = 8


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
        try:
            content = await self._whole(receive)
        except RequestError as error:
            await refuse(error, send)
            return
        await self._app(scope, _replayed(content, receive), send)

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

    async def _whole(self, receive: Any) -> bytes:
        """The body. One that is too large is read on for a while, because a caller still sending misses the answer."""
        limit = self._settings.max_body_bytes
        content = bytearray()
        received = 0
        while received <= limit * _PATIENCE:
            message = await receive()
            received += len(message.get("body", b""))
            if received <= limit:
                content += message.get("body", b"")
            if not message.get("more_body", False):
                break
        if received > limit:
            raise RequestError(
                413, f"the body is larger than {limit} bytes; send fewer texts at once",
                code="body_too_large", headers={"Connection": "close"},
            )
        return bytes(content)


def _replayed(content: bytes, receive: Any) -> Any:
    is_given = False

    async def replay() -> Any:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return replay


async def refuse(error: RequestError, send: Any) -> None:
    """Writes an error as an answer."""
    headers = {"Content-Type": "application/json", **error.headers}
    raw = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": error.status, "headers": raw})
    await send({"type": "http.response.body", "body": error.body()})
