"""Errors that callers see, in the shape of the OpenAI wire."""

from __future__ import annotations

import json


class RequestError(Exception):
    """A request that is refused: status, a sentence for people, and a code for programs."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.headers = headers or {}

    def body(self) -> bytes:
        """The JSON body; `type` follows from the status as OpenAI has it."""
        if self.status == 401:
            kind = "authentication_error"
        elif self.status in (429, 503):
            kind = "server_busy"
        elif self.status >= 500:
            kind = "server_error"
        else:
            kind = "invalid_request_error"
        error = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        return json.dumps({"error": error}).encode()


class ModelFault(Exception):
    """A model folder that cannot be served; the text says what is missing in it."""


class StartFault(Exception):
    """A reason not to start, in one line, with the exit code of the process."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
