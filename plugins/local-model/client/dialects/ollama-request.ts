import { parseJson } from 'wooster';
import type { ChatRequest, ChatTurn } from '../chat-request.ts';
import type { BodyOptions } from './dialect.ts';
import { asObject, defined } from './json-fields.ts';
import { toServableSchema } from './schema/servable-schema.ts';

type Body = Record<string, unknown>;

function toMessage(turn: ChatTurn): Body {
  if (turn.role === 'tool') {
    return { role: 'tool', tool_name: turn.toolName, tool_call_id: turn.callId, content: turn.text };
  }
  if (turn.role === 'assistant') {
    if (turn.toolCalls.length === 0) return { role: 'assistant', content: turn.text };
    return {
      role: 'assistant',
      content: turn.text,
      thinking: turn.reasoning,
      // Arguments are an object here, where the OpenAI wire has a text.
      tool_calls: turn.toolCalls.map(({ id, name, argumentsText }, index) => ({
        id,
        function: { index, name, arguments: asObject(parseJson(argumentsText)) ?? {} },
      })),
    };
  }
  const text = turn.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const images = turn.parts.flatMap((part) => (part.kind === 'image' ? [part.base64] : []));
  return { role: turn.role, content: text.join('\n'), images: images.length === 0 ? undefined : images };
}

function toolFields({ tools, toolChoice }: ChatRequest): Body {
  if (tools === undefined || tools.length === 0 || toolChoice === 'none') return {};
  // Ollama reads no tool_choice; offering only the named tool is as near as it gets.
  const offered = typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
  return {
    tools: offered.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
  };
}

function optionsOf({ parameters }: ChatRequest, contextTokens: number | undefined): Body | undefined {
  const options = defined({
    temperature: parameters.temperature,
    top_p: parameters.topP,
    seed: parameters.seed,
    num_predict: parameters.maxTokens,
    stop: parameters.stop,
    num_ctx: contextTokens,
  });
  return Object.keys(options).length === 0 ? undefined : options;
}

/**
 * The body of `POST /api/chat`. `truncate` and `shift` off ask new servers to refuse a conversation that is too long;
 * by default Ollama drops the oldest turns without a word. `num_ctx` is sent only when it was configured: another window
 * than the loaded one makes Ollama load the model again.
 */
export function toOllamaBody(request: ChatRequest, options: BodyOptions): Body {
  return {
    model: request.model,
    messages: request.turns.map(toMessage),
    stream: options.isStream,
    truncate: false,
    shift: false,
    format: typeof request.output === 'object' ? toServableSchema(request.output.schema) : request.output,
    think: request.think,
    keep_alive: options.keepAlive,
    options: optionsOf(request, options.contextTokens),
    ...toolFields(request),
  };
}
