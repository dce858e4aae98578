"""Drives LiteLLM's Router: a request a line on standard input, an answer a line on standard output."""

import asyncio
import json
import os
import sys
import time


def keep_to_loopback(event, arguments):
    """Refuses every connection and every look-up of a name outside the loopback, and tells what was tried."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host is None or host in ("localhost", "::1") or host.startswith("127."):
        return
    print(f"loopback only: {host}", file=sys.stderr, flush=True)
    raise OSError(f"loopback only: {host}")


sys.addaudithook(keep_to_loopback)

import litellm  # noqa: E402
from litellm import Router  # noqa: E402

litellm.suppress_debug_info = True
QUESTION = "What is the weather in Übersee?"
LEAVE_AFTER_MS = 50
LEAVE_AFTER_PIECES = 2


class Sighting:
    """What a caller has seen of one call so far."""

    def __init__(self):
        self.text = ""
        self.tool_text = ""
        self.finish_reason = None
        self.failure = None
        self.pieces = 0

    def add(self, text, tool_text):
        self.text += text or ""
        self.tool_text += tool_text or ""
        self.pieces += 1 if text or tool_text else 0

    def fail(self, error):
        if self.failure is None:
            self.failure = {"name": type(error).__name__, "message": str(error)[:300]}

    def parse_arguments(self, texts):
        """Any caller parses the arguments before it runs a tool, so arguments that are no JSON count as seen."""
        for text in texts:
            try:
                json.loads(text)
            except ValueError:
                self.failure = self.failure or {"name": "UnparsableArguments", "message": text}


async def call_whole(router, body, sighting):
    reply = await router.acompletion(**body)
    choice = reply.choices[0]
    texts = [call.function.arguments for call in choice.message.tool_calls or []]
    sighting.add(choice.message.content, "".join(texts))
    sighting.finish_reason = choice.finish_reason
    sighting.parse_arguments(texts)


async def call_stream(router, body, sighting, leaves_at_output):
    texts = {}
    async for chunk in await router.acompletion(**body, stream=True):
        if not chunk or not chunk.choices:
            continue
        choice = chunk.choices[0]
        calls = choice.delta.tool_calls or []
        for call in calls:
            texts[call.index] = texts.get(call.index, "") + (call.function.arguments or "")
        sighting.add(choice.delta.content, "".join(call.function.arguments or "" for call in calls))
        if choice.finish_reason:
            sighting.finish_reason = choice.finish_reason
        if leaves_at_output and sighting.pieces >= LEAVE_AFTER_PIECES:
            raise asyncio.CancelledError("the caller leaves")
    sighting.parse_arguments(texts.values())


def start_call(router, request, sighting):
    body = {"model": "primary", "messages": [{"role": "user", "content": QUESTION}]}
    if request["mode"] == "tools":
        body["tools"] = [request["tool"]]
    leaving = request.get("leaving")
    if request["mode"] == "plain":
        return asyncio.create_task(call_whole(router, body, sighting))
    return asyncio.create_task(call_stream(router, body, sighting, leaving == "output"))


async def watch_call(router, request):
    sighting = Sighting()
    leaving = request.get("leaving")
    begun = time.perf_counter()
    task = start_call(router, request, sighting)
    leaves_by_time = leaving == "waiting" or (leaving == "output" and request["mode"] == "plain")
    if leaving == "before":
        task.cancel()
    elif leaves_by_time:
        asyncio.get_running_loop().call_later(LEAVE_AFTER_MS / 1000, task.cancel)
    done, _ = await asyncio.wait({task}, timeout=request["limitMs"] / 1000)
    milliseconds = (time.perf_counter() - begun) * 1000
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=2)
    elif task.cancelled():
        sighting.fail(asyncio.CancelledError())
    elif task.exception() is not None:
        sighting.fail(task.exception())
    sight = {
        "text": sighting.text,
        "toolText": sighting.tool_text,
        "failure": sighting.failure,
        "finishReason": sighting.finish_reason,
        "hasHung": not done,
        "milliseconds": milliseconds,
    }
    return {name: value for name, value in sight.items() if value is not None}


def read_configuration(name, places):
    file = os.path.join(os.path.dirname(__file__), "..", "configurations", "litellm.json")
    with open(file, encoding="utf-8") as stream:
        text = json.dumps(json.load(stream)[name])
    for place, value in places.items():
        text = text.replace("{" + place + "}", value)
    return json.loads(text)


async def main():
    # Standard output is the wire; whatever the library prints goes to standard error.
    wire = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    router = None
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            if request["kind"] == "prepare":
                places = {place: request[place] + "/v1" for place in ("primary", "fallback")}
                router = Router(**read_configuration(sys.argv[1], places))
            else:
                answer["sight"] = await watch_call(router, request)
        except Exception as error:  # told to the bench, which writes it
            answer["problem"] = f"{type(error).__name__}: {error}"
        wire.write(json.dumps(answer) + "\n")
        wire.flush()


asyncio.run(main())
