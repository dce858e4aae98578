import { RANKS } from '../../layers/reading.ts';
import type { Reading, Readings } from '../../layers/reading.ts';
import { readStrategy } from '../../shapes/strategies.ts';

/** Kind of a provider as users name it. */
export interface ProviderKind {
  readonly kind: string;
  readonly priority: number;
  /** `engine` runs on the user's machines, `generic` may be anything, `cloud` is not the user's. */
  readonly place: 'engine' | 'generic' | 'cloud';
  /** The name under which users have its key. */
  readonly keyName?: string;
}

const KINDS: Readonly<Record<string, ProviderKind>> = {
  local: { kind: 'openai-compatible', priority: 10, place: 'engine' },
  ollama: { kind: 'ollama', priority: 20, place: 'engine' },
  localai: { kind: 'localai', priority: 30, place: 'engine' },
  lmstudio: { kind: 'lmstudio', priority: 50, place: 'engine' },
  mlx: { kind: 'mlx', priority: 50, place: 'engine' },
  mlxlm: { kind: 'mlx', priority: 50, place: 'engine' },
  llamacpp: { kind: 'llamacpp', priority: 50, place: 'engine' },
  vllm: { kind: 'vllm', priority: 50, place: 'engine' },
  tei: { kind: 'tei', priority: 50, place: 'engine' },
  infinity: { kind: 'infinity', priority: 50, place: 'engine' },
  embeddingserver: { kind: 'embedding-server', priority: 50, place: 'engine' },
  mlxvlm: { kind: 'mlx-vlm', priority: 50, place: 'engine' },
  mlxomniserver: { kind: 'mlx-omni-server', priority: 50, place: 'engine' },
  llamacpppython: { kind: 'llama-cpp-python', priority: 50, place: 'engine' },
  openaicompatible: { kind: 'openai-compatible', priority: 50, place: 'generic' },
  embedded: { kind: 'embedded', priority: 90, place: 'engine' },
  openai: { kind: 'openai', priority: 100, place: 'cloud', keyName: 'OPENAI_API_KEY' },
  claude: { kind: 'anthropic', priority: 100, place: 'cloud', keyName: 'ANTHROPIC_API_KEY' },
  anthropic: { kind: 'anthropic', priority: 100, place: 'cloud', keyName: 'ANTHROPIC_API_KEY' },
  gemini: { kind: 'gemini', priority: 100, place: 'cloud', keyName: 'GEMINI_API_KEY' },
  google: { kind: 'gemini', priority: 100, place: 'cloud', keyName: 'GEMINI_API_KEY' },
  openrouter: { kind: 'openrouter', priority: 100, place: 'cloud', keyName: 'OPENROUTER_API_KEY' },
};

/** What is known of a provider by its `kind`, else by its id; undefined for a name that only a plugin may know. */
export function providerKind(name: string): ProviderKind | undefined {
  const folded = name.toLowerCase().replaceAll(/[-_.]/g, '');
  return Object.hasOwn(KINDS, folded) ? KINDS[folded] : undefined;
}

/** A name of the environment holds the key of a kind, whatever an entry of that kind is called. */
export function lentKey(readings: Readings, { kind, place }: ProviderKind): string | undefined {
  return place === 'cloud' ? readings.text(`providers.${kind}.apiKey`) : undefined;
}

/** An entry of which nothing is known but the key that the environment holds. */
export function isKeyAlone(own: readonly Reading[]): boolean {
  return own.length > 0 && own.every(({ segments, rank }) => segments[2] === 'apiKey' && rank >= RANKS.dotEnv);
}

/** Names that choose among providers, and mean a cloud whose key is known under the name of its kind. */
export function chosenByKey(readings: Readings): readonly string[] {
  const { pinnedProvider: pinned } = readStrategy(readings.text('routing.strategy') ?? '');
  const names = [...readings.list('routing.fallbackOrder'), readings.text('routing.defaultProvider'), pinned];
  return names.flatMap((name) => {
    const id = name?.trim().toLowerCase() ?? '';
    const kind = providerKind(id);
    return kind !== undefined && id !== kind.kind && lentKey(readings, kind) !== undefined ? [id] : [];
  });
}
