import { EngineServer, type EngineService } from './child/engine-server.ts';
import type { EngineReport, EngineSettings, EngineStart, LoadFailureReason, ServedModel } from './engine-messages.ts';

/** Loads the model of a child; what it gives is served from then on. */
type LoadService<Settings extends EngineSettings> = (
  settings: Settings,
  onProgress: (progress: number) => void,
) => Promise<{ readonly service: EngineService; readonly model: ServedModel }>;

function report(message: EngineReport): void {
  if (process.connected) process.send?.(message);
}

async function start<Settings extends EngineSettings>(
  { secret, settings }: { readonly secret: string; readonly settings: Settings },
  load: LoadService<Settings>,
): Promise<void> {
  const startedMs = performance.now();
  const server = new EngineServer(secret, settings);
  report({ type: 'listening', port: await server.listen() });
  const { service, model } = await load(settings, (progress) => report({ type: 'loading', progress }));
  server.serve(service);
  report({ type: 'ready', loadMs: Math.round(performance.now() - startedMs), model });
}

/** Sorts what the engine packages throw; their classes cannot be imported here, where the package may be what is missing. */
function reasonOf(error: unknown): LoadFailureReason {
  const name = error instanceof Error ? error.constructor.name : '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (name === 'NoBinaryFoundError' || code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED') {
    return 'dependency';
  }
  if (name === 'InsufficientMemoryError') return 'memory';
  if (code === 'EADDRINUSE' || (code === 'EACCES' && error instanceof Error && 'port' in error)) return 'port';
  const message = error instanceof Error ? error.message : '';
  const isAboutFile = /gguf|magic|failed to load model|load model from|protobuf|\bJSON\b/i.test(message);
  if (name === 'ModelFileNotFoundError') return 'file';
  return code === 'ENOENT' || code === 'EACCES' || isAboutFile ? 'file' : 'engine';
}

/**
 * The life of a child process of ours: forked by the host, it loads one model and serves it on a loopback port. It ends when
 * its channel to the host closes, so a host that was killed leaves nothing behind, and on SIGTERM.
 */
export function runEngineChild<Settings extends EngineSettings>(load: LoadService<Settings>): void {
  // Native threads may hold up an orderly exit for seconds, and there is nothing to save.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('SIGTERM', () => process.exit(0));
  // A terminal sends Ctrl-C to the whole group; the host decides what it means.
  process.on('SIGINT', () => undefined);
  process.once('message', (message) => {
    // The host forks the file together with settings of its kind.
    const { secret, settings } = message as EngineStart & { readonly settings: Settings };
    start({ secret, settings }, load).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      report({ type: 'failed', reason: reasonOf(error), message: text });
      setTimeout(() => process.exit(1), 50);
    });
  });
}
