import { beforeEach, describe, expect, test } from '@jest/globals';
import { recommendModels } from '../../../../../plugins/local-model/actions/models/recommend-models.ts';
import { CATALOGUE, type CatalogueEntry } from '../../../../../src/index.ts';
import { scripted } from '../../../../routing/doubles/rig.ts';
import type { ScriptedModel } from '../../../../routing/doubles/scripted-provider.ts';
import { modelsRig } from './models-rig.ts';

const SHAPE = { layers: 4, kvHeads: 2, keyLength: 32, valueLength: 32, embeddingLength: 256, vocabularySize: 1_000 };

function entry(id: string, change: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    id,
    matches: [`${id}*`],
    source: 'a card',
    date: '2026-11-28',
    family: id,
    locality: 'local',
    contextTokens: 32_768,
    capabilities: { chat: true },
    shape: SHAPE,
    sizes: [{ parameters: '0.1B', bytes: 60_000_000, quantization: 'Q4_K_M', pull: { ollama: `${id}:0.1b` } }],
    ...change,
  };
}

const graded = (grade: 'good' | 'better' | 'best') => ({
  quality: { grade, source: `a table says ${grade}`, date: '2026-11-28' },
});

let entries: CatalogueEntry[];

beforeEach(() => {
  entries = [
    entry('plain'),
    entry('wise', graded('best')),
    entry('handy', { ...graded('better'), capabilities: { chat: true, tools: true } }),
    entry('giant', { ...graded('best'), sizes: [{ parameters: '9000B', bytes: 9e15, pull: { ollama: 'giant' } }] }),
    entry('away', { locality: 'cloud' }),
  ];
});

async function recommend(args: Record<string, unknown> = {}, models: readonly ScriptedModel[] = [{ id: 'mine' }]) {
  const rig = modelsRig({ providers: [scripted('desk', models, { kind: 'ollama', model: models[0]?.id })] });
  rig.extensions.put(CATALOGUE, entries);
  const { result, text } = await rig.run(recommendModels, { operation: 'recommend', ...args });
  return { result, text, offers: result.offers.map(({ name }) => name) };
}

describe('models recommend', () => {
  test('names the model that would answer, why, and the machine it judged', async () => {
    const { text } = await recommend({}, [{ id: 'mine', contextTokens: 8_000, tokensPerSecond: 31 }]);
    expect(text).toMatch(/^This machine: \d+ GiB of/);
    expect(text).toContain(
      'For chat: desk:mine; it runs on your machines, is the one you configured, wrote 31 tokens/s here, reads 8,000 tokens.',
    );
  });

  test('offers what fits this machine, the best graded first, each with its command', async () => {
    const { offers, text } = await recommend();
    expect(offers).toEqual(['wise 0.1B', 'handy 0.1B', 'plain 0.1B']);
    expect(text).toMatch(/wise 0\.1B\s+best\s+0\.1 GiB\s+60 MB\s+ollama pull wise:0\.1b/);
    expect(text).toContain('best: a table says best');
  });

  test('offers only what can do what is asked for', async () => {
    expect((await recommend({ tools: true })).offers).toEqual(['handy 0.1B']);
    expect((await recommend({ quality: 'best' })).offers).toEqual(['wise 0.1B']);
    expect((await recommend({ context: 64_000 })).offers).toEqual([]);
    expect((await recommend({ task: 'vision' })).offers).toEqual([]);
  });

  test('does not offer what is here', async () => {
    expect((await recommend({}, [{ id: 'wise:0.1b' }])).offers).not.toContain('wise 0.1B');
  });

  test('tells the reason against what is here when nothing will do', async () => {
    const { text } = await recommend({ tools: true });
    expect(text).toContain('Nothing that is here will do for chat.');
    expect(text).toContain('desk:mine: is not known to call tools');
  });
});

describe('how fast a model that is not here would be', () => {
  test('follows from one that was measured, by their sizes, and puts the slow ones last', async () => {
    entries = [
      entry('small', { sizes: [{ parameters: '1B', bytes: 1_000_000_000, pull: { ollama: 'small' } }] }),
      entry('large', {
        ...graded('best'),
        sizes: [{ parameters: '3B', bytes: 3_000_000_000, pull: { ollama: 'large' } }],
      }),
      entry('experts', { sizes: [{ parameters: '3B-A1B', bytes: 2_000_000_000, pull: { ollama: 'experts' } }] }),
    ];
    const { result, offers } = await recommend({}, [{ id: 'mine', tokensPerSecond: 10, sizeBytes: 1_000_000_000 }]);
    const speeds = Object.fromEntries(result.offers.map(({ name, tokensPerSecond }) => [name, tokensPerSecond]));
    expect(speeds['small 1B']).toBeCloseTo(10);
    expect(speeds['large 3B']).toBeCloseTo(10 / 3);
    expect(speeds['experts 3B-A1B']).toBeUndefined();
    expect(offers.at(-1)).toBe('large 3B');
  });

  test('is not told where nothing was measured, but how to measure', async () => {
    const { text } = await recommend();
    expect(text).toContain('`wooster models bench <model>` measures one that is here');
    expect(text).not.toContain('tokens/s');
  });
});
