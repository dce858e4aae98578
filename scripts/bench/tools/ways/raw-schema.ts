import type { OfferedTool } from '../cases/tool-case.ts';
import type { Message, Reply } from '../conversation.ts';
import { complete } from './complete.ts';
import { startLlamaServer } from './llama-server.ts';
import { wireTool } from './raw-tools.ts';
import type { Way } from './way.ts';

function branch(properties: object): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** A schema of one answer: one of the tools with its arguments, or words. */
export function unionSchema(tools: readonly OfferedTool[]): object {
  const calls = tools.map(({ name, parameters }) => branch({ tool: { const: name }, arguments: parameters }));
  return { anyOf: [...calls, branch({ answer: { type: 'string' } })] };
}

function instructionsOf(tools: readonly OfferedTool[]): string {
  const list = tools.map((tool) => JSON.stringify(wireTool(tool))).join('\n');
  return `You have these tools:\n${list}\n\nReply with one JSON object: {"tool": <name>, "arguments": <object>} when one of the tools does what is asked, otherwise {"answer": <text>}.`;
}

function wireMessages(message: Message, tools: readonly OfferedTool[]): object[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: `${message.text}\n\n${instructionsOf(tools)}` }];
    case 'user':
      return [{ role: 'user', content: message.text }];
    case 'assistant':
      return [{ role: 'assistant', content: JSON.stringify({ answer: message.text }) }];
    case 'calls':
      return message.calls.map(({ name, arguments: given }) => {
        return { role: 'assistant', content: JSON.stringify({ tool: name, arguments: given }) };
      });
    default:
      return [{ role: 'user', content: `The result of ${message.name}: ${message.text}` }];
  }
}

/** Reads what was written under the schema; an answer in words that was cut at the limit is still one. */
export function readUnion(text: string): Reply {
  try {
    const read = JSON.parse(text) as { tool?: string; arguments?: unknown; answer?: string };
    if (read.tool === undefined) return { calls: [], text: read.answer ?? '' };
    return { calls: [{ id: 'call_0', name: read.tool, arguments: read.arguments }], text: '' };
  } catch {
    const answer = /^\s*\{\s*"answer"\s*:\s*"([\s\S]*)$/.exec(text)?.[1];
    return answer === undefined ? { calls: [], text: '', fault: 'no whole JSON' } : { calls: [], text: answer };
  }
}

/** Every tool as a branch of one JSON schema, the tools listed in the system message. */
export const RAW_SCHEMA: Way = {
  id: 'raw-schema',
  title: 'llama-server, JSON-schema union',
  isOurs: false,
  async open(model) {
    const server = await startLlamaServer(model, 'own');
    return {
      engine: server.version,
      async ask(messages, tools) {
        const reply = await complete(server.url, {
          messages: messages.flatMap((message) => wireMessages(message, tools)),
          response_format: { type: 'json_schema', json_schema: { name: 'reply', schema: unionSchema(tools) } },
        });
        return 'fault' in reply ? { calls: [], text: '', fault: reply.fault } : readUnion(reply.content ?? '');
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
