import { PluginError } from '../../contracts/errors/host-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { Logger } from '../../contracts/plugins/logger.ts';
import { SERVICES, type Service } from '../../contracts/plugins/plugin-definition.ts';
import { isDoneWithin } from './disposal.ts';
import type { ExtensionRegistry } from './extension-registry.ts';

const START_LIMIT_MS = 10_000;

/** What services are started with. */
interface ServiceOptions {
  readonly registry: ExtensionRegistry;
  readonly log: Logger;
  /** Ends all of them. */
  readonly signal: AbortSignal;
  /** How long one start may take, milliseconds; 10,000 without it. */
  readonly limitMs?: number;
}

async function startOne(service: Service, options: ServiceOptions): Promise<void> {
  const plugin = options.registry.ownerOf(SERVICES, service.id) ?? 'host';
  const limitMs = options.limitMs ?? START_LIMIT_MS;
  const fault = (what: string, cause?: unknown): PluginError =>
    new PluginError(`service ${service.id} of plugin ${plugin} ${what}`, { plugin, phase: 'run', cause });
  try {
    const isStarted = await isDoneWithin(Promise.resolve(service.start(options.signal)), limitMs);
    if (!isStarted) throw fault(`did not start within ${limitMs} ms`);
  } catch (error) {
    if (isWoosterError(error)) throw error;
    throw fault(`failed to start: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/**
 * Starts every contributed service in turn; the first that fails is thrown. A service contributed later is started when
 * it comes, and its failure is only logged.
 */
export async function startServices(options: ServiceOptions): Promise<void> {
  const started = new Set<Service>();
  for (const service of options.registry.list(SERVICES)) {
    if (options.signal.aborted) return;
    started.add(service);
    await startOne(service, options);
  }
  const watch = options.registry.onChange(SERVICES, () => {
    for (const service of options.registry.list(SERVICES)) {
      if (started.has(service) || options.signal.aborted) continue;
      started.add(service);
      startOne(service, options).catch((error: unknown) => options.log.error('a late service failed', { error }));
    }
  });
  options.signal.addEventListener('abort', () => void watch.dispose(), { once: true });
}
