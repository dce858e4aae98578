import { MalformedReplyError, type CallLimits, type ModelLifecycle } from 'wooster';
import type { ClientCall } from '../../client/chat-request.ts';
import { asNumber, asObject, asObjects, asText } from '../../client/dialects/json-fields.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';

/** Loading is bounded as Ollama bounds it itself (OLLAMA_LOAD_TIMEOUT); a pull may take hours, but not stand still. */
const LOAD_LIMIT_MS = 300_000;
const PULL_LIMIT_MS = 24 * 3600_000;
const PULL_IDLE_MS = 60_000;

function withTotal(call: ClientCall, limits: Partial<CallLimits>): ClientCall {
  return { ...call, limits: { ...call.limits, ...limits } };
}

/** Load, unload, pull and list by Ollama's own routes. A pull tells its errors under a status of 200. */
export function ollamaLifecycle(
  client: LocalModelClient,
  callFor: (signal: AbortSignal) => ClientCall,
): ModelLifecycle {
  const generate = async (body: object, signal: AbortSignal): Promise<void> => {
    await client.read('/api/generate', withTotal(callFor(signal), { totalMs: LOAD_LIMIT_MS }), {
      stream: false,
      ...body,
    });
  };
  return {
    load: (model, signal) => generate({ model }, signal),
    unload: (model, signal) => generate({ model, keep_alive: 0 }, signal),
    async loaded(signal) {
      const list = asObject(await client.read('/api/ps', callFor(signal)));
      return asObjects(list?.models).flatMap(({ model }) => {
        const modelId = asText(model);
        return modelId === undefined ? [] : [{ modelId }];
      });
    },
    async pull(model, { signal, onProgress }) {
      const limits = { totalMs: PULL_LIMIT_MS, firstTokenMs: PULL_IDLE_MS, idleMs: PULL_IDLE_MS };
      let isDone = false;
      for await (const value of client.readLines('/api/pull', withTotal(callFor(signal), limits), { model })) {
        const { status, completed, total } = asObject(value) ?? {};
        onProgress({ label: asText(status) ?? 'pulling', done: asNumber(completed) ?? 0, total: asNumber(total) });
        isDone ||= status === 'success';
      }
      if (!isDone)
        throw new MalformedReplyError(`pulling ${model} ended without its success; pull it again, it resumes`);
    },
  };
}
