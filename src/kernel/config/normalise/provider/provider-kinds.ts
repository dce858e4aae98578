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
