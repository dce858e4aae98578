import type * as EngineModule from 'node-llama-cpp';
import type {
  ChatHistoryItem,
  ChatWrapper,
  Llama,
  LlamaContext,
  LlamaGrammar,
  LlamaModel,
  Token,
} from 'node-llama-cpp';
import type { ChatSettings, LoadedModel } from '../engine-messages.ts';
import { specifierOf } from '../package-specifier.ts';
import { CALL_BEGINNINGS, CALL_FENCE } from '../prompt/tool-prompt.ts';

/** What a template ends an answer with besides the model's own end tokens. */
export interface RenderedPrompt {
  readonly tokens: Token[];
  readonly stops: readonly string[];
}

/** First tokens of a reply that is going to be a tool call. */
export interface CallBeginnings {
  readonly plain: readonly Token[];
  /** A reply that begins with the first is a call where the second follows. */
  readonly fence?: readonly [Token, Token];
}

/** Compiled grammars kept: conversations repeat their tools, and compiling a large schema takes tens of milliseconds. */
const MAX_GRAMMARS = 32;

/** A loaded model with its context: renders prompts, counts tokens and compiles grammars. Slots generate from it. */
export class LanguageModel {
  readonly module: typeof EngineModule;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly facts: LoadedModel;
  readonly callBeginnings: CallBeginnings;
  readonly #llama: Llama;
  readonly #wrapper: ChatWrapper;
  readonly #grammars = new Map<string, LlamaGrammar>();

  private constructor(parts: { module: typeof EngineModule; llama: Llama; model: LlamaModel; context: LlamaContext }) {
    this.module = parts.module;
    this.#llama = parts.llama;
    this.model = parts.model;
    this.context = parts.context;
    this.#wrapper = parts.module.resolveChatWrapper(parts.model, { warningLogs: false });
    this.callBeginnings = callBeginningsOf(parts.model);
    this.facts = factsOf(parts.model, parts.context, this.#wrapper.wrapperName);
  }

  /** Loads the file; rejects with what the engine package threw. It never builds or downloads anything. */
  static async load(settings: ChatSettings, onProgress: (progress: number) => void): Promise<LanguageModel> {
    const module = (await import(specifierOf(settings.enginePackage))) as typeof EngineModule;
    const llama = await module.getLlama({
      build: 'never',
      skipDownload: true,
      gpu: settings.gpu ? 'auto' : false,
      maxThreads: settings.threads,
      logLevel: module.LlamaLogLevel.error,
    });
    const model = await llama.loadModel({
      modelPath: settings.modelPath,
      ...(settings.gpu ? {} : { gpuLayers: 0 }),
      onLoadProgress: onProgress,
    });
    const context = await model.createContext({
      contextSize: Math.min(settings.contextTokens, model.trainContextSize),
      sequences: settings.slots,
      threads: settings.threads,
      failedCreationRemedy: false,
    });
    return new LanguageModel({ module, llama, model, context });
  }

  /** Renders a history by the model's own template. Text in messages cannot become control tokens. */
  render(history: ChatHistoryItem[]): RenderedPrompt {
    const state = this.#wrapper.generateContextState({ chatHistory: history });
    const stops = state.stopGenerationTriggers
      .map((trigger) => trigger.tokenize(this.model.tokenizer))
      .filter((tokens) => tokens.length > 1 || (tokens[0] !== undefined && !this.model.isEogToken(tokens[0])))
      .map((tokens) => this.model.detokenize(tokens, true));
    return { tokens: state.contextText.tokenize(this.model.tokenizer), stops };
  }

  /**
   * Compiles a grammar, or takes it from those kept. What some schemas come to llama.cpp cannot parse: `loose` is then taken in
   * its place, and without one it rejects.
   */
  async grammar(text: string, loose?: string): Promise<LlamaGrammar> {
    try {
      return await this.#compiled(text);
    } catch (error) {
      if (loose === undefined) throw error;
      return this.#compiled(loose);
    }
  }

  async #compiled(text: string): Promise<LlamaGrammar> {
    const known = this.#grammars.get(text);
    const grammar = known ?? (await this.#llama.createGrammar({ grammar: text }));
    this.#grammars.delete(text);
    this.#grammars.set(text, grammar);
    const [oldest] = this.#grammars.keys();
    if (this.#grammars.size > MAX_GRAMMARS && oldest !== undefined) this.#grammars.delete(oldest);
    return grammar;
  }
}

/** A beginning of several tokens shares its first with ordinary text, so only those of one token count. */
function callBeginningsOf(model: LlamaModel): CallBeginnings {
  const single = (text: string): Token[] => {
    const tokens = model.tokenize(text, true);
    return tokens.length === 1 ? tokens : [];
  };
  const [fence] = single(CALL_FENCE[0]);
  const [fenced] = single(CALL_FENCE[1]);
  const plain = [...new Set(CALL_BEGINNINGS.flatMap(single))];
  return { plain, ...(fence === undefined || fenced === undefined ? {} : { fence: [fence, fenced] }) };
}

function factsOf(model: LlamaModel, context: LlamaContext, template: string): LoadedModel {
  return {
    contextTokens: context.contextSize,
    trainedContextTokens: model.trainContextSize,
    parameters: model.fileInsights.totalParameters,
    sizeBytes: model.size,
    name: model.fileInfo.metadata.general.name ?? '',
    chatTemplate: template,
  };
}
