import type { Action } from '../../contracts/commands/action.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { Extensions } from '../../contracts/plugins/extension-point.ts';
import type { Logger } from '../../contracts/plugins/logger.ts';
import type { PluginState } from '../plugins/plugin-state.ts';

/** What the command line sees of the host. */
export interface CommandHost {
  readonly extensions: Extensions;
  readonly plugins: readonly PluginState[];
  /** What keeps the host from starting: of the configuration, then of plugins. */
  readonly faults: readonly WoosterError[];
  readonly log: Logger;
  readonly logFile: string;
  /** Replaces every secret in a text. */
  mask(text: string): string;
  /** The plugin that contributed the action; `host` for the host's own. */
  ownerOf(action: Action): string;
  /** Diagnostics run although the host has faults. */
  isDiagnostic(action: Action): boolean;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** Writes waiting log lines at once, for the moment before the process leaves. */
  flushLog(): void;
}
