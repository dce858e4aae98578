import { readErrorValue } from 'wooster';
import type { ChatDelta, ChatReply, FinishReason, ReplyFacts } from '../chat-reply.ts';
import type { ListedModel, RawEmbeddings, StreamReading, StreamRecord } from './dialect.ts';
import { asList, asNumber, asObject, asText, defined, type JsonFields } from './json-fields.ts';

interface WholeCall {
  readonly id?: string;
  readonly name: string;
  readonly argumentsText: string;
}

const NANOSECONDS = 1e6;

function toMs(value: unknown): number | undefined {
  const nanoseconds = asNumber(value);
  return nanoseconds === undefined ? undefined : nanoseconds / NANOSECONDS;
}

/** The last record carries counts and durations; Ollama leaves a zero out. */
function factsOf(fields: JsonFields, hasToolCalls: boolean): ReplyFacts {
  const model = asText(fields.model);
  if (fields.done !== true) return defined({ model });
  const reason: FinishReason = asText(fields.done_reason) ?? 'stop';
  const inputTokens = asNumber(fields.prompt_eval_count);
  const outputTokens = asNumber(fields.eval_count);
  const hasUsage = inputTokens !== undefined || outputTokens !== undefined;
  return defined({
    model,
    finishReason: hasToolCalls && reason === 'stop' ? 'tool_calls' : reason,
    usage: hasUsage
      ? defined({
          inputTokens: inputTokens ?? 0,
          outputTokens: outputTokens ?? 0,
          cachedInputTokens: asNumber(fields.prompt_eval_cached_count),
        })
      : undefined,
    timings: defined({
      loadMs: toMs(fields.load_duration),
      promptMs: toMs(fields.prompt_eval_duration),
      generationMs: toMs(fields.eval_duration),
    }),
  });
}

function callsOf(message: JsonFields): WholeCall[] {
  return asList(message.tool_calls).map((call) => {
    const { id, function: called } = asObject(call) ?? {};
    const { name, arguments: given } = asObject(called) ?? {};
    const argumentsText = typeof given === 'string' ? given : JSON.stringify(given ?? {});
    return defined({ id: asText(id), name: asText(name) ?? '', argumentsText });
  });
}

/** Reads a whole reply of `/api/chat`. */
export function readOllamaReply(value: unknown): ChatReply | undefined {
  const fields = asObject(value);
  const message = asObject(fields?.message);
  if (fields === undefined || message === undefined || fields.done !== true) return undefined;
  const toolCalls = callsOf(message);
  return {
    ...factsOf(fields, toolCalls.length > 0),
    text: asText(message.content) ?? '',
    reasoning: asText(message.thinking) ?? '',
    toolCalls,
  };
}

/** Reads the lines of a streamed reply. A call comes whole in one line; its index counts calls, since old servers send 0. */
export function ollamaStreamReader(): (record: StreamRecord) => StreamReading | undefined {
  let calls = 0;
  return (record) => {
    const fields = record.kind === 'value' ? asObject(record.value) : undefined;
    if (fields === undefined) return undefined;
    const error = fields.error === undefined ? undefined : readErrorValue(fields);
    if (error !== undefined) return { error };
    const message = asObject(fields.message);
    if (message === undefined && fields.done !== true) return undefined;
    const reasoning = asText(message?.thinking);
    const text = asText(message?.content);
    const deltas: ChatDelta[] = [
      ...(reasoning === undefined ? [] : [{ kind: 'reasoning', text: reasoning } as const]),
      ...(text === undefined ? [] : [{ kind: 'text', text } as const]),
      ...callsOf(message ?? {}).map((call) => ({ kind: 'tool-call', index: calls++, ...call }) as const),
      { kind: 'facts', ...factsOf(fields, calls > 0) },
    ];
    return { deltas, isEnd: fields.done === true };
  };
}

/** Reads the reply of `/api/embed`. */
export function readOllamaEmbeddings(value: unknown): RawEmbeddings | undefined {
  const fields = asObject(value);
  if (fields === undefined || !Array.isArray(fields.embeddings)) return undefined;
  return { vectors: asList(fields.embeddings), inputTokens: asNumber(fields.prompt_eval_count) };
}

/** Reads `/api/tags`; servers before 0.30 leave window and capabilities out, which `/api/show` then tells. */
export function readOllamaModels(value: unknown): readonly ListedModel[] | undefined {
  const fields = asObject(value);
  if (fields === undefined || !('models' in fields)) return undefined;
  return asList(fields.models).flatMap((entry) => {
    const model = asObject(entry) ?? {};
    const id = asText(model.model) ?? asText(model.name);
    if (id === undefined) return [];
    const details = asObject(model.details) ?? {};
    const words = Array.isArray(model.capabilities) ? asList(model.capabilities).map(String) : undefined;
    return [
      defined({
        id,
        contextTokens: asNumber(details.context_length),
        sizeBytes: asNumber(model.size),
        digest: asText(model.digest),
        quantization: asText(details.quantization_level),
        parameterCount: asText(details.parameter_size),
        dimensions: asNumber(details.embedding_length),
        capabilities: words,
        remoteHost: asText(model.remote_host),
      }),
    ];
  });
}
