import { describe, expect, test } from '@jest/globals';
import { compareModels } from '../../../../../plugins/local-model/actions/models/compare-models.ts';
import { listModels } from '../../../../../plugins/local-model/actions/models/list-models.ts';
import { showModel } from '../../../../../plugins/local-model/actions/models/show-model.ts';
import { ProviderServerError } from '../../../../../src/index.ts';
import { scripted } from '../../../../routing/doubles/rig.ts';
import { createRig } from '../rig.ts';
import { modelsRig } from './models-rig.ts';

const desk = () =>
  scripted('desk', [
    {
      id: 'wise',
      contextTokens: 32_000,
      can: { chat: true, tools: true },
      grade: 'best',
      tokensPerSecond: 9,
      isLoaded: true,
    },
    { id: 'small', contextTokens: 4_000, can: { chat: true, tools: false } },
  ]);

describe('models', () => {
  test('counts where they run and what they are for', async () => {
    const { text, result } = await modelsRig({ providers: [desk()] }).run(listModels, {});
    expect(text).toMatch(/desk:wise\s+local\s+ready, loaded\s+32,000\s+-\s+chat, tools/);
    expect(text).toContain('2 models, all local; 2 text');
    expect(result.statistics).toMatchObject({ total: 2, byProvider: { desk: 2 } });
  });

  test('refuses --save without --discover', async () => {
    await expect(createRig().run('models', { save: true })).rejects.toThrow(/--save with --discover/);
  });
});

describe('models show', () => {
  test('tells every fact and how it became known', async () => {
    const { text } = await modelsRig({ providers: [desk()] }).run(showModel, {
      operation: 'show',
      names: ['desk:wise'],
    });
    expect(text).toMatch(/context\s+32,000 tokens\s+its server/);
    expect(text).toMatch(/grade\s+best \(a table, read 2026-01-01\)\s+the catalogue/);
    expect(text).toMatch(/speed\s+9\.0 tokens\/s \(1970-01-01\)\s+measured here/);
    expect(text).toMatch(/tools\s+yes\s+its server/);
  });

  test('tells whether a model of a known size has room here', async () => {
    const entry = scripted('desk', [{ id: 'm', contextTokens: 2_048, sizeBytes: 50_000_000 }]);
    const { text } = await modelsRig({ providers: [entry] }).run(showModel, { operation: 'show', names: ['desk:m'] });
    expect(text).toMatch(
      /With a window of 2,048 tokens it needs about [\d,]+ MiB of the [\d,]+ MiB of .*: it has room/,
    );
    expect(text).toContain('a rule of thumb');
  });

  test('asks which one', async () => {
    await expect(modelsRig({ providers: [desk()] }).run(showModel, { operation: 'show' })).rejects.toThrow(
      /which model/,
    );
  });
});

describe('models compare', () => {
  const both = { operation: 'compare', names: ['desk:wise', 'desk:small'] };

  test('puts the facts side by side and asks nobody', async () => {
    const entry = desk();
    const { text } = await modelsRig({ providers: [entry] }).run(compareModels, both);
    expect(text).toMatch(/desk:wise\s+desk:small/);
    expect(text).toMatch(/context\s+32,000 tokens\s+4,000 tokens/);
    expect(text).toMatch(/tools\s+yes\s+no/);
    expect(entry.provider.calls).toBe(0);
  });

  test('with a prompt shows what both say, and a failure as what it is', async () => {
    const entry = desk();
    entry.provider.script = (model) =>
      model === 'wise'
        ? ['Blue light ', 'scatters.', { usage: [5, 4] }]
        : [{ error: new ProviderServerError('it broke') }];
    const { text } = await modelsRig({ providers: [entry] }).run(compareModels, {
      ...both,
      prompt: 'Why is the sky blue?',
    });
    expect(text).toMatch(/desk:wise \(.*4 tokens.*\)\nBlue light scatters\./);
    expect(text).toMatch(/desk:small: E_PROVIDER_SERVER: it broke/);
  });

  test('wants two', async () => {
    const args = { operation: 'compare', names: ['desk:wise'] };
    await expect(modelsRig({ providers: [desk()] }).run(compareModels, args)).rejects.toThrow(/which two/);
  });
});
