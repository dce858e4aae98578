import type { ChatRequest, ChatTurn, TurnPart } from '../chat-request.ts';
import type { BodyOptions } from './dialect.ts';
import { toServableSchema } from './schema/servable-schema.ts';

type Body = Record<string, unknown>;

/** Tokens asked of a server that would stop early by itself. */
const GENEROUS_OUTPUT_TOKENS = 4096;

function toContent(parts: readonly TurnPart[]): unknown {
  if (parts.every((part) => part.kind === 'text')) return parts.map(({ text }) => text).join('\n');
  return parts.map((part) =>
    part.kind === 'text'
      ? { type: 'text', text: part.text }
      : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.base64}` } },
  );
}

function toMessage(turn: ChatTurn): Body {
  if (turn.role === 'tool') {
    return { role: 'tool', tool_call_id: turn.callId, content: turn.text };
  }
  if (turn.role !== 'assistant') return { role: turn.role, content: toContent(turn.parts) };
  if (turn.toolCalls.length === 0) return { role: 'assistant', content: turn.text };
  return {
    role: 'assistant',
    // Chat templates differ on a missing content; an empty text is read by all of them.
    content: turn.text,
    tool_calls: turn.toolCalls.map(({ id, name, argumentsText }) => ({
      id,
      type: 'function',
      function: { name, arguments: argumentsText },
    })),
  };
}

function toolFields({ tools, toolChoice }: ChatRequest, { quirks }: BodyOptions): Body {
  if (tools === undefined || tools.length === 0 || toolChoice === 'none') return {};
  const isNamed = typeof toolChoice === 'object';
  const isIgnored = quirks.has('ignores-tool-choice');
  const offered = isNamed && isIgnored ? tools.filter(({ name }) => name === toolChoice.name) : tools;
  const fields: Body = {
    tools: offered.map(({ name, description, parameters, isStrict }) => ({
      type: 'function',
      function: { name, description, parameters, strict: isStrict },
    })),
  };
  if (toolChoice === undefined || isIgnored) return fields;
  return { ...fields, tool_choice: isNamed ? { type: 'function', function: toolChoice } : toolChoice };
}

function outputFields({ output }: ChatRequest, { quirks }: BodyOptions): Body {
  if (output === undefined || quirks.has('ignores-response-format')) return {};
  if (output === 'json') {
    const anyObject = { type: 'json_schema', json_schema: { name: 'object', schema: { type: 'object' } } };
    return { response_format: quirks.has('rejects-json-object') ? anyObject : { type: 'json_object' } };
  }
  const { name, isStrict: strict = true } = output;
  const schema = toServableSchema(output.schema);
  return { response_format: { type: 'json_schema', json_schema: { name, schema, strict } } };
}

function thinkFields({ think }: ChatRequest): Body {
  if (think === undefined) return {};
  if (typeof think === 'string') return { reasoning_effort: think };
  return { reasoning_effort: think ? 'medium' : 'none', chat_template_kwargs: { enable_thinking: think } };
}

/** The body of `POST /v1/chat/completions`. Absent parameters are left out, so the server's own defaults hold. */
export function toOpenAIBody(request: ChatRequest, options: BodyOptions): Body {
  const { parameters } = request;
  const shortOutput = options.quirks.has('short-default-output') ? GENEROUS_OUTPUT_TOKENS : undefined;
  const stream = options.quirks.has('no-stream-options')
    ? { stream: true }
    : { stream: true, stream_options: { include_usage: true } };
  return {
    model: request.model,
    messages: request.turns.map(toMessage),
    temperature: parameters.temperature,
    top_p: parameters.topP,
    seed: parameters.seed,
    max_tokens: parameters.maxTokens ?? shortOutput,
    stop: parameters.stop,
    ...toolFields(request, options),
    ...outputFields(request, options),
    ...thinkFields(request),
    ...(options.isStream ? stream : {}),
  };
}
