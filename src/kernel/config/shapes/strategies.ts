/** A strategy as users name it, in today's terms. */
interface StrategyReading {
  /** Strategy id in today's names. */
  readonly strategy: string;
  readonly isLocalOnly: boolean;
  /** The only provider that may answer. */
  readonly pinnedProvider?: string;
}

const LOCAL_FIRST_NAMES = new Set(['hybrid', 'local-fallback', 'local-first']);

/** Reads old and new names of strategies: `local_only`, `hybrid`, `claude_only`; other names belong to plugins. */
export function readStrategy(written: string): StrategyReading {
  const name = written.trim().toLowerCase().replaceAll('_', '-');
  if (name === 'local-only') return { strategy: 'local-first', isLocalOnly: true };
  if (LOCAL_FIRST_NAMES.has(name)) return { strategy: 'local-first', isLocalOnly: false };
  const pinned = /^([a-z0-9-]+)-only$/.exec(name)?.[1];
  if (pinned !== undefined && pinned !== 'cloud')
    return { strategy: 'local-first', isLocalOnly: false, pinnedProvider: pinned };
  return { strategy: name, isLocalOnly: false };
}
