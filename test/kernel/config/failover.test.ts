import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROVIDERS, ProviderServerError, RateLimitedError } from '../../../src/index.ts';
import type { HostSettings } from '../../../src/index.ts';
import { describeTrace } from '../../../src/routing/describe-trace.ts';
import { rigOf } from '../../routing/doubles/rig.ts';
import type { ScriptedEntry } from '../../routing/doubles/rig.ts';
import { describeScripted, ScriptedProvider } from '../../routing/doubles/scripted-provider.ts';
import { load, messages, provider } from './load-text.ts';
import type { Layers } from './load-text.ts';

const FILE = join(import.meta.dirname, '..', '..', 'fixtures', 'config', 'llm_providers.yaml');
const KEYS = {
  OLLAMA_HOST: 'localhost',
  LOCALAI_BASE_URL: 'http://localhost:8080/v1',
  ANTHROPIC_API_KEY: 'key-of-claude',
  OPENAI_API_KEY: 'key-of-openai',
};

async function configured(change: (text: string) => string, environment: Layers['environment'] = {}) {
  const files = { 'config/llm_providers.yaml': change(await readFile(FILE, 'utf8')) };
  const loaded = await load({ files, environment: { ...KEYS, LOCAL_LLM_ENABLED: 'false', ...environment } });
  expect(messages(loaded)).toEqual([]);
  return loaded.settings;
}

const ollamaAlone = (text: string): string => text.replace(/ {2}(localai|claude|openai):.*\n/g, '');
const asIs = (text: string): string => text;

/** A router over the configured entries; each kind that is named has a scripted provider. */
function rigWith(settings: HostSettings, kinds: readonly string[]) {
  const entries = settings.providers.map((entry): ScriptedEntry => ({
    provider: new ScriptedProvider(entry.id, [{ id: entry.model ?? 'm' }]),
    entry,
    locality: ['ollama', 'localai'].includes(entry.kind) ? 'local' : 'cloud',
  }));
  const rig = rigOf({ providers: entries, routing: settings.routing });
  const descriptors = entries
    .filter(({ entry }) => kinds.includes(entry.kind))
    .map(({ entry, locality, provider: made }) => describeScripted(entry.kind, locality, () => made));
  rig.extensions.put(PROVIDERS, descriptors);
  const byId = new Map(entries.map(({ entry, provider: made }) => [entry.id, made]));
  return { rig, of: (id: string) => byId.get(id)! };
}

async function ask({ rig }: ReturnType<typeof rigWith>) {
  return (await rig.router.model()).invoke('hi');
}

const ALL = ['ollama', 'localai', 'anthropic', 'openai'];

describe('the provider file users already have, in use', () => {
  test('claude is tried in its turn when a plugin brings that provider', async () => {
    const subject = rigWith(await configured(asIs, { LLM_FALLBACK_ORDER: 'claude,ollama' }), ALL);
    for (const id of ['ollama', 'localai']) {
      subject.of(id).script = () => [{ error: new ProviderServerError('failed') }];
    }
    const reply = await ask(subject);
    expect(reply.response_metadata).toMatchObject({ provider: 'claude', model: 'claude-sonnet-4-5-20250929' });
    expect(subject.of('openai').calls).toBe(0);
  });

  test('claude is a line in why when no plugin brings it, and when nothing configures it', async () => {
    const withEntry = rigWith(await configured(asIs), ['ollama', 'localai', 'openai']);
    const loaded = await load({ environment: { LLM_FALLBACK_ORDER: 'ollama,claude', OLLAMA_HOST: 'localhost' } });
    const withoutEntry = rigWith(loaded.settings, ['ollama']);
    const expected = ['no plugin provides the kind "anthropic"', 'named by environment: LLM_FALLBACK_ORDER'];
    for (const [index, subject] of [withEntry, withoutEntry].entries()) {
      await ask(subject);
      const [trace] = subject.rig.state.decisions.list();
      const left = describeTrace(trace!).sections.find(({ title }) => title === 'Left out')?.lines ?? [];
      expect(left.find((line) => line.startsWith('claude'))).toContain(expected[index]);
    }
  });

  test('max_retries caps the tries of one target, and never exceeds what the failure allows', async () => {
    for (const [retries, limited, failing] of [
      [0, 1, 1],
      [1, 2, 2],
      [2, 3, 2],
      [5, 6, 2],
    ] as const) {
      const change = (text: string) => ollamaAlone(text).replace('max_retries: 2', `max_retries: ${retries}`);
      const settings = await configured(change, { LOCALAI_BASE_URL: '', OPENAI_API_KEY: '' });
      const subject = rigWith(settings, ALL);
      const ollama = subject.of('ollama');
      ollama.script = () => [{ error: new RateLimitedError('slow', { retryAfterMs: 2 }) }];
      await expect(ask(subject)).rejects.toMatchObject({ code: 'E_RATE_LIMITED' });
      expect(ollama.calls).toBe(limited);
      const other = rigWith(settings, ALL);
      other.of('ollama').script = () => [{ error: new ProviderServerError('failed') }];
      await expect(ask(other)).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
      expect(other.of('ollama').calls).toBe(failing);
    }
  });

  test('retry_on_error: false is no retry at all, and another model is still tried', async () => {
    const off = await configured((text) => text.replace('retry_on_error: true', 'retry_on_error: false'));
    expect(off.routing.failover.maxRetries).toBe(0);
    const subject = rigWith(off, ALL);
    subject.of('ollama').script = () => [{ error: new ProviderServerError('failed') }];
    expect((await ask(subject)).response_metadata.provider).toBe('localai');
    expect(subject.of('ollama').calls).toBe(1);
  });

  test('LLM_FAILOVER_ENABLED=false leaves the first, and LLM_FALLBACK_ORDER says which that is', async () => {
    const environment = { LLM_FAILOVER_ENABLED: 'false', LLM_FALLBACK_ORDER: 'localai,ollama' };
    const subject = rigWith(await configured(asIs, environment), ALL);
    expect((await ask(subject)).response_metadata.provider).toBe('localai');
    const again = rigWith(await configured(asIs, environment), ALL);
    again.of('localai').script = () => [{ error: new ProviderServerError('failed') }];
    await expect(ask(again)).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    expect(again.of('ollama').calls).toBe(0);
  });

  test('its time-out is the total limit of a plain call and the first-token limit of a stream', async () => {
    const subject = rigWith(await configured(asIs), ALL);
    await ask(subject);
    for await (const _ of await (await subject.rig.router.model()).stream('hi'));
    const [plain, stream] = subject.of('ollama').contexts.map(({ limits }) => limits);
    expect(plain).toMatchObject({ firstTokenMs: 120_000, totalMs: 60_000 });
    expect(stream).toMatchObject({ firstTokenMs: 60_000, totalMs: 600_000 });
  });
});

describe('limits and what follows an interrupted text', () => {
  test('a provider may have limits of its own, in every place where providers are written', async () => {
    const limits = { connectMs: 5, minTokensPerSecond: 2.5 };
    const places = [
      { providers: { local: { baseUrl: 'http://localhost:1', limits } } },
      { routing: { providers: { local: { serverUrl: 'http://localhost:1', limits } } } },
    ];
    for (const file of places) {
      expect(provider(await load({ files: { 'config/local.json': file } }), 'local')).toMatchObject({ limits });
    }
    const yaml = 'providers:\n  ollama: { host: localhost, timeout: 60, limits: { idleMs: 7 } }\n';
    const loaded = await load({ files: { 'config/llm_providers.yaml': yaml } });
    expect(provider(loaded, 'ollama')).toMatchObject({ timeoutMs: 60_000, limits: { idleMs: 7 } });
  });

  test('the floor of throughput is off until it is set, over ten seconds', async () => {
    expect((await load({})).settings.routing.limits).toMatchObject({
      minTokensPerSecond: undefined,
      throughputWindowMs: 10_000,
    });
    const file = { routing: { limits: { minTokensPerSecond: 3, throughputWindowMs: 500 } } };
    expect((await load({ files: { 'config/local.json': file } })).settings.routing.limits).toMatchObject({
      minTokensPerSecond: 3,
      throughputWindowMs: 500,
    });
  });

  test.each(['stop', 'restart', 'continue'])('an interrupted text may %s', async (interruptedText) => {
    const loaded = await load({ files: { 'config/local.json': { routing: { failover: { interruptedText } } } } });
    expect(loaded.settings.routing.failover.interruptedText).toBe(interruptedText);
  });

  test('another word, and a limit that is none, are faults', async () => {
    const file = { routing: { failover: { interruptedText: 'hope' }, limits: { minTokensPerSecond: -1 } } };
    const found = messages(await load({ files: { 'config/local.json': file } }));
    expect(found).toEqual([
      expect.stringContaining('routing.limits.minTokensPerSecond'),
      expect.stringContaining('routing.failover.interruptedText'),
    ]);
  });
});
