import type { DiscoverySettings, LifecycleSettings } from '../../../contracts/settings/settings.ts';
import type { Readings } from '../layers/reading.ts';

/** How servers are found that nobody configured. */
export function normaliseDiscovery(readings: Readings): DiscoverySettings {
  const mode = readings.text('discovery.mode');
  return { mode: mode === 'always' || mode === 'off' ? mode : 'auto', hosts: readings.list('discovery.hosts') };
}

/** What is kept in memory, and what is not. */
export function normaliseLifecycle(readings: Readings): LifecycleSettings {
  const named = readings.list('lifecycle.preload');
  const isPreloaded = readings.flag('lifecycle.preloadModels');
  const unloadSeconds = readings.number('lifecycle.unloadAfterSeconds');
  const isOffloaded = readings.flag('lifecycle.offloadInactive') === true && unloadSeconds !== undefined;
  return {
    preload: isPreloaded === false ? [] : named.length === 0 && isPreloaded === true ? ['auto'] : named,
    unloadAfterMs: isOffloaded ? unloadSeconds * 1000 : undefined,
    quantization: readings.text('lifecycle.quantization'),
  };
}
