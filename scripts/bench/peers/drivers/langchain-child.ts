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

function modelAt(url: string, request: CallRequest): Runnable {
  const model = new ChatOpenAI({ ...settings, model: 'smol', apiKey: 'none', configuration: { baseURL: url } });
  const able = request.mode === 'tools' ? model.bindTools([request.tool]) : model;
  return Object.keys(binding).length === 0 ? able : able.withConfig(binding);
}

// The retries of a call that nobody waits for any more go on, and may fail with nobody to tell.
process.on('unhandledRejection', (error) => process.stderr.write(`unhandled: ${String(error)}\n`));

await serveLines({
  prepare: async ({ primary, fallback }) => {
    urls = [`${primary}/v1`, `${fallback}/v1`];
  },
  call: (request) => {
    const [first, ...others] = urls.map((url) => modelAt(url, request));
    const model = first!.withFallbacks(others);
    return watchCall(request, (sighting, signal) =>
      (request.mode === 'plain' ? invokeModel : streamModel)(model, sighting, signal),
    );
  },
});
