import type { Finding, HealthCheck } from '../contracts/commands/health-check.ts';
import type { WoosterError } from '../contracts/errors/wooster-error.ts';
import type { LoadedConfiguration } from '../kernel/config/load.ts';

/** The check of the settings: every fault of the host, and names that are understood but do nothing in this version. */
export function configurationCheck(
  { files, unavailable }: Pick<LoadedConfiguration, 'files' | 'unavailable'>,
  faults: () => readonly WoosterError[],
): HealthCheck {
  return {
    id: 'configuration',
    title: 'settings',
    order: 20,
    async run() {
      const wrong = faults().map(({ code, message }): Finding => {
        const isSetting = code === 'E_CONFIG' || code === 'E_FILE';
        const remedy = isSetting ? 'correct it; until then every cloud and every download is refused' : undefined;
        return { state: 'fault', summary: message, remedy };
      });
      const idle = unavailable.map(({ origin, path }): Finding => {
        const what = origin.endsWith(path) ? origin : `${origin} (${path})`;
        return { state: 'info', summary: `${what} does nothing in this version` };
      });
      const read = files.length === 0 ? 'no settings file, the built-in defaults hold' : files.join(', ');
      const inOrder: Finding = { state: 'ok', summary: `in order: ${read}` };
      return [...(wrong.length === 0 ? [inOrder] : wrong), ...idle];
    },
  };
}
