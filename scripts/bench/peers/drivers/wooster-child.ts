import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runnable } from '@langchain/core/runnables';
import { plugin } from '../../../../plugins/local-model/index.ts';
import { createHost, type Host } from '../../../../src/host.ts';
import { MODEL_ROUTER, type ModelRouterService } from '../../../../src/index.ts';
import type { CallRequest, PrepareRequest } from '../protocol.ts';
import { readConfiguration } from '../read-configuration.ts';
import { serveLines } from './serve-lines.ts';
import { watchCall } from './watched-call.ts';
import { invokeModel, streamModel } from './watched-model.ts';

const PLUGIN = {
  definition: plugin,
  file: fileURLToPath(new URL('../../../../plugins/local-model/index.ts', import.meta.url)),
  origin: 'built-in',
} as const;
const SETTLE_LIMIT_MS = 10_000;

let close: () => Promise<void> = async () => undefined;
let host: Host | undefined;

/** Waits until both servers are known to be well, which one look may not tell on a busy machine. */
async function settle(router: ModelRouterService): Promise<void> {
  const limit = AbortSignal.timeout(SETTLE_LIMIT_MS);
  const isWell = (id: string): boolean =>
    router.status().targets.some(({ ref, health }) => ref === `${id}:smol` && health.state === 'ready');
  while (!isWell('primary') || !isWell('fallback')) {
    limit.throwIfAborted();
    await router.refresh(limit, 0);
  }
}

/** A fresh workspace and a fresh host for each case, so that nothing is known of the servers but that they are well. */
async function prepare(places: PrepareRequest): Promise<void> {
  await close();
  const home = mkdtempSync(join(tmpdir(), 'wooster-bench-peers-'));
  mkdirSync(join(home, 'config'));
  const settings = readConfiguration('wooster', { primary: places.primary, fallback: places.fallback });
  writeFileSync(join(home, 'config', 'local.json'), JSON.stringify(settings));
  const environment = { XDG_CACHE_HOME: join(home, 'cache') };
  const fresh = await createHost({ flags: { home }, environment, workingDirectory: home, home, plugins: [PLUGIN] });
  host = fresh;
  close = async () => {
    await fresh.stop();
    rmSync(home, { recursive: true, force: true });
  };
  await fresh.start(new AbortController().signal);
  await settle(fresh.get(MODEL_ROUTER));
}

async function modelFor(request: CallRequest): Promise<Runnable> {
  const { floor } = request;
  const limits =
    floor === undefined ? {} : { minTokensPerSecond: floor.tokensPerSecond, throughputWindowMs: floor.windowMs };
  const model = await host!.get(MODEL_ROUTER).model({ limits });
  return request.mode === 'tools' ? model.bindTools!([request.tool]) : model;
}

process.on('unhandledRejection', (error) => process.stderr.write(`unhandled: ${String(error)}\n`));

await serveLines({
  prepare,
  end: () => close(),
  call: async (request) => {
    const model = await modelFor(request);
    return watchCall(request, (sighting, signal) =>
      (request.mode === 'plain' ? invokeModel : streamModel)(model, sighting, signal),
    );
  },
});
