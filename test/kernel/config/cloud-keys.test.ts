import { describe, expect, test } from '@jest/globals';
import { load, provider } from './load-text.ts';

const KEY = 'key-of-claude-0123';
const file = (text: string) => ({ 'config/llm_providers.yaml': `providers:\n${text}` });
const keyOf = ({ settings }: Awaited<ReturnType<typeof load>>, id: string): string | undefined =>
  settings.providers.find((entry) => entry.id === id)?.apiKey?.reveal();
const ids = ({ settings }: Awaited<ReturnType<typeof load>>): string[] => settings.providers.map(({ id }) => id);

describe('keys of clouds', () => {
  test.each([
    ['ANTHROPIC_API_KEY', 'anthropic'],
    ['GEMINI_API_KEY', 'gemini'],
    ['GOOGLE_API_KEY', 'gemini'],
    ['OPENROUTER_API_KEY', 'openrouter'],
    ['OPENAI_API_KEY', 'openai'],
  ])('%s makes the entry %s and permits nothing', async (name, id) => {
    const loaded = await load({ environment: { [name]: KEY } });
    const entry = provider(loaded, id);
    expect(entry).toMatchObject({ id, kind: id, isEnabled: true });
    expect(entry).not.toHaveProperty('permission', expect.anything());
    expect(keyOf(loaded, id)).toBe(KEY);
    expect(loaded.settings.routing.cloudPermission).toBeUndefined();
    expect(loaded.unavailable).toEqual([]);
    expect(JSON.stringify(loaded)).not.toContain(KEY);
  });

  test('the key of Gemini wins over its other name', async () => {
    const loaded = await load({ environment: { GOOGLE_API_KEY: 'key-of-google-01', GEMINI_API_KEY: KEY } });
    expect(keyOf(loaded, 'gemini')).toBe(KEY);
  });

  test('an entry of another name uses the key of its kind, which makes no entry of its own', async () => {
    const loaded = await load({
      files: file('  claude: { enabled: true, model: claude-sonnet-4-5 }\n  second: { kind: claude, enabled: true }\n'),
      environment: { ANTHROPIC_API_KEY: KEY },
    });
    expect(
      ids(loaded)
        .filter((id) => id !== 'embedded')
        .toSorted(),
    ).toEqual(['claude', 'second']);
    for (const id of ['claude', 'second']) expect(keyOf(loaded, id)).toBe(KEY);
    expect(provider(loaded, 'anthropic')).toBeUndefined();
  });

  test('the key of a kind goes to the cloud itself and to no other address', async () => {
    const loaded = await load({
      files: file('  claude: { enabled: true, base_url: "https://proxy.example.com" }\n'),
      environment: { ANTHROPIC_API_KEY: KEY },
    });
    expect(provider(loaded, 'claude')?.apiKey).toBeUndefined();
  });

  test('a name that chooses a provider stands for the kind whose key is known', async () => {
    for (const environment of [
      { LLM_FALLBACK_ORDER: 'ollama,claude' },
      { LLM_DEFAULT_PROVIDER: 'claude' },
      { LLM_STRATEGY: 'claude_only' },
    ]) {
      const loaded = await load({ environment: { ...environment, ANTHROPIC_API_KEY: KEY } });
      expect(provider(loaded, 'claude')).toMatchObject({ kind: 'anthropic', isEnabled: true });
      expect(ids(loaded)).not.toContain('anthropic');
    }
  });

  test.each(['claude', 'gemini', 'openrouter'])('%s without a key says which name is missing', async (id) => {
    const loaded = await load({ files: file(`  ${id}: { enabled: true, model: m }\n`) });
    expect(provider(loaded, id)).toMatchObject({
      isEnabled: false,
      disabledReason: expect.stringMatching(/_API_KEY is not set$/),
    });
  });

  test('two entries of one kind, one with a key of its own, keep both', async () => {
    const loaded = await load({
      files: file('  anthropic: { enabled: true, model: a }\n  claude: { enabled: true, api_key: other-key-0123 }\n'),
      environment: { ANTHROPIC_API_KEY: KEY },
    });
    expect(keyOf(loaded, 'anthropic')).toBe(KEY);
    expect(keyOf(loaded, 'claude')).toBe('other-key-0123');
  });

  test('prices may tell what is charged for keeping input', async () => {
    const prices = { inputPerMillion: 3, cacheWritePerMillion: 3.75, outputPerMillion: 15 };
    const loaded = await load({ files: { 'config/local.json': { providers: { claude: { model: 'm', prices } } } } });
    expect(provider(loaded, 'claude')?.prices).toContainEqual({
      unit: 'cache-write-token',
      quantity: 1_000_000,
      usd: 3.75,
    });
  });
});
