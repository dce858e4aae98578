import { readErrorValue } from 'wooster';
import type { ChatDelta, ChatReply, ReplyFacts, ServerTimings, TokenUsage } from '../chat-reply.ts';
import type { Quirks } from '../quirks.ts';
import type { ListedModel, RawEmbeddings, StreamReading, StreamRecord } from './dialect.ts';
import { readOwnEmbedder } from './own-embedder.ts';
import { asList, asNumber, asObject, asText, defined, type JsonFields } from './json-fields.ts';

/** Servers name the field of reasoning differently: llama.cpp and older vLLM `reasoning_content`, the others `reasoning`. */
function reasoningOf(fields: JsonFields): string {
  return asText(fields.reasoning_content) ?? asText(fields.reasoning) ?? asText(fields.thinking) ?? '';
}

/** Content is a text, or a list of typed parts in some proxies. */
function contentOf(fields: JsonFields): string {
  if (typeof fields.content === 'string') return fields.content;
  return asList(fields.content)
    .map((part) => asText(asObject(part)?.text) ?? '')
    .join('');
}

function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function toFinishReason(value: unknown): string | undefined {
  const reason = asText(value);
  return reason === 'function_call' ? 'tool_calls' : reason === 'eos_token' ? 'stop' : reason;
}

function readUsage(value: unknown): TokenUsage | undefined {
  const usage = asObject(value);
  const inputTokens = asNumber(usage?.prompt_tokens);
  const outputTokens = asNumber(usage?.completion_tokens);
  if (usage === undefined || (inputTokens === undefined && outputTokens === undefined)) return undefined;
  return defined({
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    cachedInputTokens: asNumber(asObject(usage.prompt_tokens_details)?.cached_tokens),
  });
}

function readTimings(value: unknown): ServerTimings | undefined {
  const timings = asObject(value);
  if (timings === undefined) return undefined;
  return defined({ promptMs: asNumber(timings.prompt_ms), generationMs: asNumber(timings.predicted_ms) });
}

function factsOf(fields: JsonFields, choice: JsonFields | undefined): ReplyFacts {
  return defined({
    finishReason: toFinishReason(choice?.finish_reason),
    usage: readUsage(fields.usage),
    timings: readTimings(fields.timings),
    model: asText(fields.model),
  });
}

/** Reads a whole `chat.completion`. */
export function readOpenAIReply(value: unknown): ChatReply | undefined {
  const fields = asObject(value);
  const choice = asObject(asList(fields?.choices)[0]);
  const message = asObject(choice?.message);
  if (fields === undefined || message === undefined) return undefined;
  const toolCalls = asList(message.tool_calls).map((call) => {
    const { id, function: called } = asObject(call) ?? {};
    const { name, arguments: given } = asObject(called) ?? {};
    return { id: asText(id), name: asText(name) ?? '', argumentsText: argumentsOf(given) };
  });
  return { ...factsOf(fields, choice), text: contentOf(message), reasoning: reasoningOf(message), toolCalls };
}

function toolDeltas(delta: JsonFields): ChatDelta[] {
  return asList(delta.tool_calls).map((call, position) => {
    const { index, id, function: called } = asObject(call) ?? {};
    const { name, arguments: given } = asObject(called) ?? {};
    return {
      kind: 'tool-call',
      index: asNumber(index) ?? position,
      id: asText(id),
      name: asText(name),
      argumentsText: argumentsOf(given),
    };
  });
}

function readChunk(fields: JsonFields): StreamReading {
  const choice = asObject(asList(fields.choices)[0]);
  const delta = asObject(choice?.delta) ?? {};
  const facts = factsOf(fields, choice);
  const reasoning = reasoningOf(delta);
  const text = contentOf(delta);
  const deltas: ChatDelta[] = [
    ...(reasoning === '' ? [] : [{ kind: 'reasoning', text: reasoning } as const]),
    ...(text === '' ? [] : [{ kind: 'text', text } as const]),
    ...toolDeltas(delta),
    { kind: 'facts', ...facts },
  ];
  return { deltas, isEnd: facts.finishReason !== undefined };
}

/** Reads `chat.completion.chunk` records; an `error` field in any of them is the error of the call. */
export function openAIStreamReader(quirks: Quirks): (record: StreamRecord) => StreamReading | undefined {
  const isDoneProof = quirks.has('no-finish-reason');
  return (record) => {
    if (record.kind === 'done') return { deltas: [], isEnd: isDoneProof };
    const fields = asObject(record.value);
    if (fields === undefined) return undefined;
    if (Array.isArray(fields.choices)) {
      return fields.error === undefined || fields.error === null
        ? readChunk(fields)
        : { error: readErrorValue(fields) ?? { message: 'an error without a text', numbers: {} } };
    }
    const error = readErrorValue(fields);
    return error === undefined ? undefined : { error };
  };
}

/** Reads `{"data": [{"index", "embedding"}]}`, in the order of the indexes. */
export function readOpenAIEmbeddings(value: unknown): RawEmbeddings | undefined {
  const fields = asObject(value);
  if (fields === undefined || !Array.isArray(fields.data)) return undefined;
  const rows = asList(fields.data).map((row, position) => {
    const { index, embedding } = asObject(row) ?? {};
    return { index: asNumber(index) ?? position, embedding };
  });
  const vectors: unknown[] = Array.from({ length: rows.length });
  for (const { index, embedding } of rows) {
    if (index in vectors && vectors[index] === undefined) vectors[index] = embedding;
  }
  return { vectors, inputTokens: asNumber(asObject(fields.usage)?.prompt_tokens) };
}

/** Reads `GET /v1/models`, with what llama.cpp (`meta`), vLLM (`max_model_len`) and our embedding server add. */
export function readOpenAIModels(value: unknown): readonly ListedModel[] | undefined {
  const fields = asObject(value);
  if (fields === undefined || !Array.isArray(fields.data)) return undefined;
  return asList(fields.data).flatMap((entry) => {
    const model = asObject(entry) ?? {};
    const id = asText(model.id);
    if (id === undefined) return [];
    const meta = asObject(model.meta) ?? {};
    const status = asText(asObject(model.status)?.value);
    const parameters = asNumber(meta.n_params);
    return [
      defined({
        id,
        contextTokens: asNumber(meta.n_ctx) ?? asNumber(model.max_model_len) ?? asNumber(meta.n_ctx_train),
        sizeBytes: asNumber(meta.size),
        quantization: asText(meta.ftype),
        parameterCount: parameters === undefined ? undefined : `${(parameters / 1e9).toFixed(2)}B`,
        dimensions: asNumber(meta.n_embd),
        ownedBy: asText(model.owned_by),
        isLoaded: status === undefined ? undefined : status === 'loaded',
        ...readOwnEmbedder(id, model),
      }),
    ];
  });
}
