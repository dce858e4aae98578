/**
 * The child process of the embedded engine: forked by the host, it loads one model and serves it on a loopback port. It
 * ends when its channel to the host closes, so a host that was killed leaves nothing behind, and on SIGTERM.
 */
import { ChatEndpoint } from './child/chat-endpoint.ts';
import { EngineServer } from './child/engine-server.ts';
import { LanguageModel } from './child/language-model.ts';
import type { EngineReport, EngineStart, LoadFailureReason } from './engine-messages.ts';

function report(message: EngineReport): void {
  if (process.connected) process.send?.(message);
}

async function start({ secret, settings }: EngineStart): Promise<void> {
  const startedMs = performance.now();
  const server = new EngineServer(secret, settings);
  report({ type: 'listening', port: await server.listen() });
  const language = await LanguageModel.load(settings, (progress) => report({ type: 'loading', progress }));
  server.serve(new ChatEndpoint(language, settings), language.facts);
  report({ type: 'ready', loadMs: Math.round(performance.now() - startedMs), model: language.facts });
}

/** Sorts what the engine package throws; its classes cannot be imported here, where it may be what is missing. */
function reasonOf(error: unknown): LoadFailureReason {
  const name = error instanceof Error ? error.constructor.name : '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (name === 'NoBinaryFoundError' || code === 'ERR_MODULE_NOT_FOUND') return 'dependency';
  if (name === 'InsufficientMemoryError') return 'memory';
  if (code === 'EADDRINUSE' || (code === 'EACCES' && error instanceof Error && 'port' in error)) return 'port';
  const message = error instanceof Error ? error.message : '';
  return code === 'ENOENT' || code === 'EACCES' || /gguf|magic|failed to load model/i.test(message) ? 'file' : 'engine';
}

// Native threads may hold up an orderly exit for seconds, and there is nothing to save.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.once('SIGTERM', () => process.exit(0));
// A terminal sends Ctrl-C to the whole group; the host decides what it means.
process.on('SIGINT', () => undefined);
process.once('message', (message) => {
  start(message as EngineStart).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    report({ type: 'failed', reason: reasonOf(error), message: text });
    setTimeout(() => process.exit(1), 50);
  });
});
