import { ChatOpenAI } from '@langchain/openai';
import type { Runnable } from '@langchain/core/runnables';
import type { CallRequest } from '../protocol.ts';
import { readConfiguration } from '../read-configuration.ts';
import { serveLines } from './serve-lines.ts';
import { watchCall } from './watched-call.ts';
import { invokeModel, streamModel } from './watched-model.ts';

const { model: settings, binding } = readConfiguration('langchain') as {
  model: object;
  binding: object;
};
let urls: readonly string[] = [];
let calls = 0;

/** Retries go on after a call that nobody waits for any more: what is sent then must not reach the next case's servers. */
function fetchOf(call: number): typeof fetch {
  return (...request) => (call === calls ? fetch(...request) : Promise.reject(new Error('the call is over')));
}

function modelAt(url: string, request: CallRequest): Runnable {
  const configuration = { baseURL: url, fetch: fetchOf(calls) };
  const model = new ChatOpenAI({ ...settings, model: 'smol', apiKey: 'none', configuration });
  const able = request.mode === 'tools' ? model.bindTools([request.tool]) : model;
  return Object.keys(binding).length === 0 ? able : able.withConfig(binding);
}

// What goes on like that fails with nobody to tell.
process.on('unhandledRejection', (error) => process.stderr.write(`unhandled: ${String(error)}\n`));

await serveLines({
  prepare: async ({ primary, fallback }) => {
    urls = [`${primary}/v1`, `${fallback}/v1`];
  },
  call: (request) => {
    calls += 1;
    const [first, ...others] = urls.map((url) => modelAt(url, request));
    const model = first!.withFallbacks(others);
    return watchCall(request, (sighting, signal) =>
      (request.mode === 'plain' ? invokeModel : streamModel)(model, sighting, signal),
    );
  },
});
