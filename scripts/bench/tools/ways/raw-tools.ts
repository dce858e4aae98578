import type { OfferedTool } from '../cases/tool-case.ts';
import type { MadeCall, Message, Reply } from '../conversation.ts';
import { complete } from './complete.ts';
import { startLlamaServer } from './llama-server.ts';
import type { Way } from './way.ts';

/** A tool in the form of OpenAI's API. */
export function wireTool({ name, description, parameters }: OfferedTool): object {
  return { type: 'function', function: { name, description, parameters } };
}

function wireMessage(message: Message): object {
  if (message.role === 'result') return { role: 'tool', tool_call_id: message.callId, content: message.text };
  if (message.role !== 'calls') return { role: message.role, content: message.text };
  const calls = message.calls.map(({ id, name, arguments: given }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(given) },
  }));
  return { role: 'assistant', content: null, tool_calls: calls };
}

/** Arguments as a program would read them. */
function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Asks with the tools in the request, as the API has it. */
export async function askWithTools(
  url: string,
  messages: readonly Message[],
  tools: readonly OfferedTool[],
): Promise<Reply> {
  const reply = await complete(url, { messages: messages.map(wireMessage), tools: tools.map(wireTool) });
  if ('fault' in reply) return { calls: [], text: '', fault: reply.fault };
  const calls = (reply.tool_calls ?? []).map(({ id, function: called }, at): MadeCall => {
    return { id: id || `call_${at}`, name: called.name, arguments: parseArguments(called.arguments) };
  });
  return { calls, text: reply.content ?? '' };
}

function rawTools(id: string, title: string, template: 'own' | 'raw JSON'): Way {
  return {
    id,
    title,
    isOurs: false,
    async open(model) {
      const server = await startLlamaServer(model, template);
      return {
        engine: server.version,
        ask: (messages, tools) => askWithTools(server.url, messages, tools),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  };
}

/** The tools of the server, with the template that is in the weights. */
export const RAW_NATIVE = rawTools('raw-native', 'llama-server, own template', 'own');
/** The tools of the server, with a template that asks for bare JSON. */
export const RAW_TEMPLATE = rawTools('raw-template', 'llama-server, raw-JSON template', 'raw JSON');
