/**
 * Plays node-llama-cpp for the engine's child, so that all of the child runs without a model. Tokens are characters, 0 ends
 * an answer. What is generated stands in the first line of the prompt's first words of the user, as JSON: `words`, `call`,
 * `probability` of a call, `failure`, or `isEndless`.
 */
import { setTimeout as delay } from 'node:timers/promises';

interface Script {
  readonly words?: string;
  readonly call?: string;
  readonly probability?: number;
  readonly failure?: string;
  readonly isEndless?: boolean;
}
interface Item {
  readonly type: string;
  readonly text?: string;
  readonly response?: readonly string[];
}
interface Options {
  readonly grammarEvaluationState?: { readonly grammar: string };
}

const END = 0;
const tokensOf = (text: string): number[] => Array.from(text, (letter) => letter.codePointAt(0) ?? END);
const textOf = (tokens: readonly number[]): string => String.fromCodePoint(...tokens.filter((token) => token !== END));

function scriptOf(prompt: readonly number[]): Script {
  const line = /^user: (\{.*\})$/m.exec(textOf(prompt))?.[1];
  return JSON.parse(line ?? '{}') as Script;
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

  async controlledEvaluate(): Promise<unknown> {
    const probability = scriptOf(this.contextTokens).probability ?? 0;
    return [{ next: { probabilities: new Map([[tokensOf('{')[0], probability]]) } }];
  }

  async *evaluate(tokens: readonly number[], { grammarEvaluationState }: Options): AsyncGenerator<number> {
    this.contextTokens.push(...tokens);
    const { words = '', call = '', failure, isEndless = false } = scriptOf(this.contextTokens);
    if (failure !== undefined) throw new Error(failure);
    const isCall = call !== '' && grammarEvaluationState?.grammar.includes('get_weather') === true;
    for (const token of tokensOf(isCall ? call : words)) {
      this.contextTokens.push(token);
      yield token;
    }
    for (let more = isEndless ? Infinity : 0; more > 0; more -= 1) {
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
