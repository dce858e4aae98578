/**
 * Plays node-llama-cpp for the engine's child, so that all of the child runs without a model. Tokens are characters, 0 ends
 * an answer. What is generated stands in the last JSON that is a line of the user's: `words`, `call`,
 * `probability` of a call, `more` calls on lines of their own and the probability of `another`, `isGuess` where its
 * arguments owe nothing to the question, `failure`, or `isEndless`. The
 * name of a call is what it holds likeliest where a name stands.
 */
import { setTimeout as delay } from 'node:timers/promises';

interface Script {
  readonly words?: string;
  readonly call?: string;
  readonly probability?: number;
  readonly more?: readonly string[];
  readonly another?: number;
  readonly isGuess?: boolean;
  readonly failure?: string;
  readonly isEndless?: boolean;
}
interface Item {
  readonly type: string;
  readonly text?: string;
  readonly response?: readonly string[];
}
type ControlledItem = readonly [token: number, options: { generateNext: { logits: { filter: { tokens: number[] } } } }];

const END = 0;
const tokensOf = (text: string): number[] => Array.from(text, (letter) => letter.codePointAt(0) ?? END);
const textOf = (tokens: readonly number[]): string => String.fromCodePoint(...tokens.filter((token) => token !== END));

function scriptOf(prompt: readonly number[]): Script {
  const said = Array.from(textOf(prompt).matchAll(/^user: (.*)$/gm), ([, line = '']) => line);
  const line = said.findLast((each) => /^\{.*\}$/.test(each));
  if (line !== undefined && said.at(-1) !== 'N/A') return JSON.parse(line) as Script;
  // Without a script a greeting gets words, and the description of a tool a call.
  const isIdle = /^user: (?:Hello!|Who wrote)/m.test(textOf(prompt));
  return { probability: isIdle ? 0.01 : 0.99 };
}

const lastTurn = (prompt: readonly number[]): string => textOf(prompt).split('model: ').at(-1) ?? '';
const callsOf = ({ call = '', more = [] }: Pick<Script, 'call' | 'more'>): string => [call, ...more].join('\n');

/** The likeliest token after a prompt, and how likely it is. */
function nextOf(prompt: readonly number[]): { likely: number | undefined; chance: number } {
  const { probability = 0, another = 0, isGuess = false, ...script } = scriptOf(prompt);
  const made = lastTurn(prompt);
  const wanted = callsOf(script);
  if (made === '') return { likely: tokensOf('{')[0], chance: probability };
  if (made.endsWith('\n')) return { likely: tokensOf('{')[0], chance: wanted.startsWith(made) ? another : 0 };
  const isGuessed = isGuess && made.includes('"arguments":');
  const isInCall = wanted.startsWith(made) && !isGuessed;
  return { likely: tokensOf(isInCall ? wanted.slice(made.length) : '')[0], chance: 0.99 };
}

class Sequence {
  contextTokens: number[] = [];

  get nextTokenIndex(): number {
    return this.contextTokens.length;
  }

  compareContextTokens(tokens: readonly number[]): { firstDifferentIndex: number } {
    const different = tokens.findIndex((token, index) => token !== this.contextTokens[index]);
    return { firstDifferentIndex: different < 0 ? tokens.length : different };
  }

  async adaptStateToTokens(tokens: readonly number[]): Promise<void> {
    this.contextTokens.length = Math.min(this.nextTokenIndex, this.compareContextTokens(tokens).firstDifferentIndex);
  }

  async evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void> {
    this.contextTokens.push(...tokens);
  }

  /** Logits are logarithms of probabilities, beside one token that takes what is left. */
  async controlledEvaluate(items: readonly ControlledItem[]): Promise<unknown> {
    return items.map(([token, { generateNext }]) => {
      this.contextTokens.push(token);
      const { likely, chance } = nextOf(this.contextTokens);
      const { tokens } = generateNext.logits.filter;
      const logits = new Map(tokens.map((each) => [each, Math.log(each === likely ? chance : 1e-9)]));
      return { next: { logits: logits.set(END, 0), totalLogitWeight: 1 } };
    });
  }

  async *evaluate(tokens: readonly number[]): AsyncGenerator<number> {
    this.contextTokens.push(...tokens);
    const { words = '', call, more, failure, isEndless = false } = scriptOf(this.contextTokens);
    if (failure !== undefined) throw new Error(failure);
    const begun = lastTurn(this.contextTokens);
    const wanted = callsOf({ call, more });
    const isCall = begun.endsWith('"arguments":') && wanted.startsWith(begun);
    for (const token of tokensOf(isCall ? (wanted.slice(begun.length).split('\n')[0] ?? '') : words)) {
      this.contextTokens.push(token);
      yield token;
    }
    for (let left = isEndless ? Infinity : 0; left > 0; left -= 1) {
      await delay(5);
      yield* tokensOf('.');
    }
    yield END;
  }
}

const model = {
  trainContextSize: 4_096,
  size: 10,
  fileInsights: { totalParameters: 7 },
  fileInfo: { metadata: { general: { name: 'Played' } } },
  tokenizer: undefined,
  tokenize: tokensOf,
  detokenize: textOf,
  isEogToken: (token: number) => token === END,
  createContext: async ({ contextSize }: { contextSize: number }) => ({
    contextSize,
    getSequence: () => new Sequence(),
  }),
};

/** The levels of a log, as far as the child names them. */
export const LlamaLogLevel = { error: 'error' };

/** Holds the text of the grammar, which the sequence looks at. */
export class LlamaGrammarEvaluationState {
  readonly grammar: string;

  constructor({ grammar }: { grammar: { text: string } }) {
    this.grammar = grammar.text;
  }
}

/** The engine; grammars that hold `unparsable` cannot be compiled. */
export async function getLlama(): Promise<unknown> {
  return {
    loadModel: async ({ onLoadProgress }: { onLoadProgress: (progress: number) => void }) => {
      onLoadProgress(0.5);
      return model;
    },
    createGrammar: async ({ grammar }: { grammar: string }) => {
      if (grammar.includes('unparsable')) throw new Error('cannot parse');
      return { text: grammar };
    },
  };
}

/** A template of one line for each item; `<end>` ends an answer besides the token. */
export function resolveChatWrapper(): unknown {
  return {
    wrapperName: 'Played',
    generateContextState: ({ chatHistory }: { chatHistory: readonly Item[] }) => ({
      contextText: {
        tokenize: () =>
          tokensOf(chatHistory.map(({ type, text, response }) => `${type}: ${text ?? response?.join('')}`).join('\n')),
      },
      stopGenerationTriggers: [{ tokenize: () => tokensOf('<end>') }, { tokenize: () => [END] }],
    }),
  };
}
