import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationFolder, installedVersion } from './installation.ts';
import { startServer, type RunningServer } from './running-server.ts';

/**
 * Starts a real mlx_lm.server on the CPU with SmolLM2, one thread, no hub. A request names the model `default_model`,
 * or no model; any other name is looked for on the hub and answered 404.
 */
export function startMlxServer(options: { readonly port?: number | undefined } = {}): Promise<RunningServer> {
  const version = installedVersion('mlx');
  const folder = join(installationFolder(), 'mlx');
  const fixed = ['-m', 'mlx_lm', 'server', '--host', '127.0.0.1', '--model', join(folder, 'smollm2-135m-instruct')];
  return startServer({
    version: `mlx_lm.server ${version}`,
    command: (port) => [readFileSync(join(folder, 'python'), 'utf8'), ...fixed, '--port', String(port)],
    environment: () => ({
      PYTHONPATH: join(folder, 'packages'),
      HOME: tmpdir(),
      HF_HOME: join(folder, 'no-hub'),
      HF_HUB_OFFLINE: '1',
      OMP_NUM_THREADS: '1',
    }),
    readyPath: '/health',
    readyLimitMs: 90_000,
    port: options.port,
  });
}
