import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostSettings, Logger } from '../../../../src/index.ts';
import { loadConfiguration } from '../../../../src/kernel/config/load.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');

/** A log that keeps nothing. */
export const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The settings as shipped, with nothing of this machine's own. */
export async function settingsAsShipped(): Promise<HostSettings> {
  const nowhere = join(tmpdir(), 'wooster-bench-without-settings');
  const { settings } = await loadConfiguration({
    environment: { WOOSTER_HOME: nowhere },
    workingDirectory: nowhere,
    packageDirectory: REPOSITORY,
    home: nowhere,
    platform: process.platform,
  });
  return settings;
}
