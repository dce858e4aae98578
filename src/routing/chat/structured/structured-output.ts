import type { BaseLanguageModelInput, StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { coerceMessageLikeToMessage, HumanMessage } from '@langchain/core/messages';
import type { AIMessage, AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import { patchConfig, Runnable } from '@langchain/core/runnables';
import type { RunnableConfig } from '@langchain/core/runnables';
import { concat } from '@langchain/core/utils/stream';
import { MalformedReplyError } from '../../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../../contracts/errors/wooster-error.ts';
import { toAnswerForm } from './answer-form.ts';
import type { AnswerForm } from './answer-form.ts';
import { AnswerReader } from './answer-reader.ts';
import { toAnswerSchema } from './answer-schema.ts';
import type { AnswerSchema, OutputSchema } from './answer-schema.ts';
import { judgeAnswer, misfitError } from './judge-answer.ts';
import { repairTurns } from './repair-turns.ts';

/** The model to ask, and for what. */
interface StructuredOutputFields {
  /** A model whose calls are routed to one target while it answers; made anew for each answer. */
  readonly modelOf: () => BaseChatModel;
  readonly schema: OutputSchema;
  readonly config: StructuredOutputMethodOptions<boolean>;
}

type AskedModel = Runnable<BaseLanguageModelInput, AIMessageChunk>;

/** One answer on its way. */
interface Asking {
  readonly model: AskedModel;
  readonly messages: readonly BaseMessage[];
  readonly config: RunnableConfig;
}

/** What came of it: the last message, and the value or why there is none. */
interface Outcome {
  readonly raw: AIMessage;
  readonly value?: unknown;
  readonly error?: WoosterError;
}

/**
 * Answers of a schema from any model. An answer that does not fit is asked for once more, by a routed call of its own
 * that tells the model what is wrong; one that still does not fit throws MalformedReplyError, or is null beside the
 * message with `includeRaw`. A stream gives growing parts of the first answer, and at last the whole, which alone is checked.
 */
export class StructuredOutput extends Runnable<BaseLanguageModelInput, unknown> {
  override lc_namespace = ['wooster', 'routing'];
  override name = 'StructuredOutput';
  readonly #modelOf: () => BaseChatModel;
  readonly #schema: AnswerSchema;
  readonly #form: AnswerForm;
  readonly #includesRaw: boolean;

  /** Throws InputRejectedError for a method that there is not. */
  constructor({ modelOf, schema, config }: StructuredOutputFields) {
    super();
    this.#modelOf = modelOf;
    this.#schema = toAnswerSchema(schema, config.name);
    this.#form = toAnswerForm(this.#schema, config);
    this.#includesRaw = config.includeRaw === true;
  }

  override invoke(input: BaseLanguageModelInput, options?: RunnableConfig): Promise<unknown> {
    return this._callWithConfig(
      async (given: BaseLanguageModelInput, config, manager) => {
        const asking = this.#begin(given, patchConfig(config, { callbacks: manager?.getChild() }));
        const first = await ask(asking);
        return this.#give(await this.#settle(first, asking));
      },
      input,
      options,
    );
  }

  override async *_streamIterator(input: BaseLanguageModelInput, options?: RunnableConfig): AsyncGenerator {
    yield* this.transform(only(input), options ?? {});
  }

  override async *transform(inputs: AsyncGenerator<BaseLanguageModelInput>, options: RunnableConfig): AsyncGenerator {
    yield* this._transformStreamWithConfig(
      inputs,
      (given, manager, config) => this.#stream(given, patchConfig(config, { callbacks: manager?.getChild() })),
      options,
    );
  }

  /** Each part holds the one before it. */
  override _concatOutputChunks<Output>(_: Output, last: Output): Output {
    return last;
  }

  async *#stream(inputs: AsyncGenerator<BaseLanguageModelInput>, config: RunnableConfig): AsyncGenerator {
    const asking = this.#begin(await joined(inputs), config);
    const reader = new AnswerReader(this.#form);
    for await (const piece of await asking.model.stream([...asking.messages], config)) {
      const parsed = reader.read(piece);
      if (parsed !== undefined) yield this.#includesRaw ? { raw: reader.said(), parsed } : parsed;
    }
    const first = reader.message();
    if (first === undefined) throw new MalformedReplyError('the reply is empty; ask again or use another model');
    yield this.#give(await this.#settle(first, asking));
  }

  #begin(input: BaseLanguageModelInput, config: RunnableConfig): Asking {
    const model = this.#modelOf().withConfig(this.#form.options) as AskedModel;
    return { model, messages: toMessages(input), config };
  }

  async #settle(first: AIMessage, asking: Asking): Promise<Outcome> {
    const judgement = await judgeAnswer(first, this.#schema, this.#form);
    if (!('issues' in judgement)) return { raw: first, ...judgement };
    const messages = [...asking.messages, ...repairTurns(first, judgement.issues)];
    const second = await ask({ ...asking, messages });
    const last = await judgeAnswer(second, this.#schema, this.#form);
    if (!('issues' in last)) return { raw: second, ...last };
    return { raw: second, error: misfitError(second, this.#schema, last.issues) };
  }

  #give({ raw, value, error }: Outcome): unknown {
    if (this.#includesRaw) return { raw, parsed: error === undefined ? value : null };
    if (error !== undefined) throw error;
    return value;
  }
}

async function ask({ model, messages, config }: Asking): Promise<AIMessage> {
  return await model.invoke([...messages], config);
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function joined(inputs: AsyncGenerator<BaseLanguageModelInput>): Promise<BaseLanguageModelInput> {
  let whole: BaseLanguageModelInput | undefined;
  for await (const input of inputs) whole = whole === undefined ? input : concat(whole, input);
  return whole ?? [];
}

function toMessages(input: BaseLanguageModelInput): BaseMessage[] {
  if (typeof input === 'string') return [new HumanMessage(input)];
  return Array.isArray(input) ? input.map(coerceMessageLikeToMessage) : input.toChatMessages();
}
