/** A host that starts an engine, prints the child's process id and then waits to be killed. */
import { createChatEngine } from '../../../../plugins/local-model/engine/create-engine.ts';

const engine = createChatEngine({
  modelPath: import.meta.filename,
  modelId: 'ok',
  contextTokens: 100,
  threads: 1,
  slots: 1,
  gpu: false,
  enginePackage: 'none',
  loadTimeoutMs: 10_000,
  childFile: new URL('./fake-engine-child.ts', import.meta.url),
});
await engine.endpoint(new AbortController().signal);
const state = engine.state();
process.stdout.write(`${state.kind === 'ready' ? state.pid : 0}\n`);
if (process.argv.includes('--leave')) await Promise.resolve();
else setInterval(() => undefined, 1_000);
