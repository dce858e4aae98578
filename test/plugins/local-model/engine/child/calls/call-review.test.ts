import { describe, expect, test } from '@jest/globals';
import type { Token } from 'node-llama-cpp';
import { CallReview } from '../../../../../../plugins/local-model/engine/child/calls/call-review.ts';
import { tokensOf } from './played-next.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    room: { type: 'string' },
    on: { type: 'boolean' },
    when: { type: 'string', description: 'for example: tomorrow at 7' },
    weight: { type: 'number' },
    brightness: { type: 'integer' },
  },
  required: ['room', 'on', 'when', 'weight'],
};

const textOf = (tokens: readonly Token[]): string => String.fromCodePoint(...tokens);
const [SAID, UNSAID] = [tokensOf('said'), tokensOf('none')];

interface Played {
  /** Logarithms of the probabilities of pieces of arguments: after what was said, and after nothing. A character has none else. */
  readonly weights: Readonly<Record<string, readonly [said: number, unsaid: number]>>;
  /** The probability of `true` where a boolean stands: after what was said, and after nothing. */
  readonly ofTrue?: readonly [said: number, unsaid: number];
  /** What is written in the place of a text that was copied. */
  readonly rewritten?: string;
  readonly contextTokens?: number;
  /** The engine cannot parse the grammar of a schema. */
  readonly isUnparsable?: boolean;
}

/** Reviews a call of a model whose tokens are characters. */
function review(
  values: object,
  { weights, ofTrue = [0.9, 0.9], rewritten = '', contextTokens = 200, isUnparsable = false }: Played,
  trust: 'full' | 'tool' | 'none' = 'none',
) {
  const isSaid = (prompt: readonly Token[]): boolean => textOf(prompt).startsWith('said');
  const slot = {
    logLikelihoods: async (prompt: readonly Token[], tokens: readonly Token[]) => {
      const text = textOf(tokens);
      const each = Array.from(text, () => 0);
      for (const [piece, weight] of Object.entries(weights)) {
        const at = text.indexOf(piece);
        if (at >= 0) each[at] = weight[isSaid(prompt) ? 0 : 1];
      }
      return each;
    },
    logProbabilities: async (prompt: readonly Token[], tokens: readonly Token[]) => {
      const chance = ofTrue[isSaid(prompt) ? 0 : 1];
      const of: Record<string, number> = { ' ': 1, t: chance, f: 1 - chance };
      return new Map(tokens.map((token) => [token, Math.log(of[textOf([token])] ?? 1e-6)]));
    },
    generate: async ({ onText }: { onText: (text: string) => boolean }) => void onText(rewritten),
  };
  const language = {
    model: { tokenize: tokensOf, detokenize: textOf },
    facts: { contextTokens },
    grammar: async (_text: string, loose?: string) => {
      if (isUnparsable && loose === undefined) throw new Error('cannot parse');
      return {};
    },
  };
  const parts = { language, slot, signal: new AbortController().signal, isSpoken: () => false };
  const call = { name: 'act', arguments: JSON.stringify(values) };
  const reviewed = new CallReview(parts as unknown as ConstructorParameters<typeof CallReview>[0]);
  return reviewed
    .review(call, SCHEMA, { said: SAID, unsaid: UNSAID }, trust)
    .then((made) => made && (JSON.parse(made.arguments) as unknown));
}

const OFFICE = { office: [0, -9] } as const;

describe('the review of a call', () => {
  test('leaves a call as it is that owes its arguments to what was said', async () => {
    expect(await review({ room: 'office' }, { weights: OFFICE })).toEqual({ room: 'office' });
  });

  test('drops one that owes nothing to it, unless its tool is sure', async () => {
    const weights = { office: [-1, -2] } as const;
    expect(await review({ room: 'office' }, { weights })).toBeUndefined();
    expect(await review({ room: 'office' }, { weights }, 'tool')).toEqual({ room: 'office' });
    expect(await review({ room: 'office' }, { weights }, 'full')).toEqual({ room: 'office' });
  });

  test('leaves out what nobody asked for', async () => {
    const weights = { ...OFFICE, '50': [-0.3, -0.4] } as const;
    expect(await review({ room: 'office', brightness: 50 }, { weights })).toEqual({ room: 'office' });
  });

  test('takes the choice that owes most to what was said, where it is about as likely', async () => {
    const weights = { ...OFFICE, true: [-0.7, -0.1] } as const;
    const call = { room: 'office', on: true };
    expect(await review(call, { weights, ofTrue: [0.52, 0.9] })).toEqual({ room: 'office', on: false });
    expect(await review(call, { weights, ofTrue: [0.7, 0.99] })).toEqual(call);
    expect(await review(call, { weights: OFFICE, ofTrue: [0.5, 0.9] })).toEqual(call);
  });

  test('writes a text anew that was copied from the description of the tool', async () => {
    const call = { room: 'office', when: 'tomorrow at 7' };
    const weights = { ...OFFICE, 'at 8': [-1, -6] } as const;
    expect(await review(call, { weights, rewritten: ' "at 8"' })).toEqual({ room: 'office', when: 'at 8' });
    // One that owes nothing either, and one that was cut, are no better.
    expect(await review(call, { weights, rewritten: ' "at 9"' })).toBeUndefined();
    expect(await review(call, { weights, rewritten: ' "at 8' })).toBeUndefined();
    expect(await review(call, { weights, rewritten: ' "at 9"' }, 'full')).toEqual(call);
    // The schema may come to a grammar that the engine cannot parse.
    const unparsable = { weights, rewritten: ' "at 8"', isUnparsable: true };
    expect(await review(call, unparsable)).toEqual({ room: 'office', when: 'at 8' });
    // Nor is there one where the window has no room.
    expect(await review(call, { weights, rewritten: ' "at 8"', contextTokens: 60 }, 'full')).toEqual(call);
  });

  test('drops a call that needs a number which nobody gave', async () => {
    const weights = { ...OFFICE, '10': [-0.9, -1.2] } as const;
    expect(await review({ room: 'office', weight: 10 }, { weights })).toBeUndefined();
    expect(await review({ room: 'office', weight: 10 }, { weights }, 'tool')).toBeUndefined();
    expect(await review({ room: 'office', weight: 10 }, { weights }, 'full')).toEqual({ room: 'office', weight: 10 });
  });
});
