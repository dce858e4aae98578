import { describe, expect, test } from '@jest/globals';
import type { CatalogueEntry, MeasurementRecord, ModelInfo } from 'wooster';
import { addCatalogueFacts, addMeasurements, addNameFacts } from '../../../src/routing/targets/model-facts.ts';

function model(modelId: string, changes: Partial<ModelInfo> = {}): ModelInfo {
  return {
    ref: `ollama:${modelId}` as ModelInfo['ref'],
    providerId: 'ollama',
    modelId,
    capabilities: {},
    locality: { value: 'local', origin: 'config' },
    ...changes,
  };
}

function entry(id: string, changes: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return { id, matches: [id], source: 'a list', date: '2026-10-01', ...changes };
}

const SHAPE = { layers: 28, kvHeads: 8, keyLength: 128, valueLength: 128, embeddingLength: 3072 };

describe('what the catalogue adds to a model', () => {
  test('is found by the plain name of a local model, and fills what its server does not tell', () => {
    const known = entry('llama3.2:3b', {
      family: 'llama3.2',
      licence: 'its own',
      shape: SHAPE,
      contextTokens: 131_072,
    });
    const told = model('/m/Llama-3.2-3B-Instruct-Q4_K_M.gguf', { contextTokens: { value: 4096, origin: 'server' } });
    expect(addCatalogueFacts(told, [known])).toMatchObject({
      contextTokens: { value: 4096, origin: 'server' },
      licence: { value: 'its own', origin: 'catalogue' },
      shape: { value: SHAPE, origin: 'catalogue' },
      family: { value: 'llama3.2', origin: 'catalogue' },
    });
  });

  test('of the settings goes over what the server tells, not over what was measured, and the rest is filled', () => {
    const own = entry('mine', {
      matches: ['m'],
      isConfigured: true,
      contextTokens: 8192,
      capabilities: { tools: false, vision: true },
    });
    const known = entry('m', { contextTokens: 1, licence: 'MIT' });
    const told = model('m', {
      contextTokens: { value: 4096, origin: 'server' },
      capabilities: { tools: { value: true, origin: 'server' }, vision: { value: false, origin: 'measured' } },
    });
    expect(addCatalogueFacts(told, [known, own])).toMatchObject({
      contextTokens: { value: 8192, origin: 'config' },
      capabilities: { tools: { value: false, origin: 'config' }, vision: { value: false, origin: 'measured' } },
      licence: { value: 'MIT', origin: 'catalogue' },
    });
  });
});

describe('what the name adds to a model', () => {
  test('is what nothing else tells', () => {
    const named = addNameFacts(
      model('llama3.2:3b-instruct-q4_K_M', { parameterCount: { value: '3.2B', origin: 'server' } }),
    );
    expect(named).toMatchObject({
      family: { value: 'llama3.2', origin: 'catalogue' },
      variant: { value: 'instruct' },
      quantization: { value: 'Q4_K_M' },
      parameterCount: { value: '3.2B', origin: 'server' },
    });
    const [unknown, before] = [addNameFacts(model('7')), model('7')];
    expect(unknown).toEqual(before);
  });
});

describe('what was measured of a model', () => {
  const record: MeasurementRecord = {
    targetId: 't',
    digest: 'sha256:a',
    speed: { tokensPerSecond: 40, measuredAt: 1 },
    memoryMiB: 900,
  };

  test('is joined in and goes over what the server tells', () => {
    const told = model('m', {
      digest: { value: 'sha256:a', origin: 'server' },
      memoryMiB: { value: 1, origin: 'server' },
    });
    expect(addMeasurements(told, record)).toMatchObject({
      speed: { value: { tokensPerSecond: 40 }, origin: 'measured' },
      memoryMiB: { value: 900, origin: 'measured' },
    });
    expect(addMeasurements(model('m'), record).speed?.origin).toBe('measured');
  });

  test('of other weights no longer holds', () => {
    const other = model('m', { digest: { value: 'sha256:b', origin: 'server' } });
    expect(addMeasurements(other, record)).toBe(other);
    expect(addMeasurements(other, undefined)).toBe(other);
  });
});
