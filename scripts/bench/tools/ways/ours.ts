import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { createHost } from '../../../../src/host.ts';
import { isWoosterError, MODEL_ROUTER, type ModelRouterService, type ModelRef } from '../../../../src/index.ts';
import type { OfferedTool } from '../cases/tool-case.ts';
import type { Message, Reply } from '../conversation.ts';
import { versionOf } from '../../report-parts.ts';
import { modelsFolder, startLlamaServer } from './llama-server.ts';
import { wireTool } from './raw-tools.ts';
import { CONTEXT_TOKENS, MAX_TOKENS, REPLY_LIMIT_MS, THREADS, type OpenedModel, type Way } from './way.ts';

/** What the model, or the lack of an ability, is to blame for; anything else means that nothing could be measured. */
const OF_THE_MODEL: ReadonlySet<string> = new Set([
  'E_MALFORMED',
  'E_INTERRUPTED',
  'E_PROVIDER_SERVER',
  'E_TOOL',
  'E_CAPABILITY',
  'E_NO_ROUTE',
  'E_REJECTED',
]);

function toLangChain(message: Message): BaseMessage {
  switch (message.role) {
    case 'system':
      return new SystemMessage(message.text);
    case 'user':
      return new HumanMessage(message.text);
    case 'assistant':
      return new AIMessage(message.text);
    case 'calls':
      return new AIMessage({
        content: '',
        tool_calls: message.calls.map(({ id, name, arguments: given }) => ({
          id,
          name,
          args: given as Record<string, unknown>,
          type: 'tool_call',
        })),
      });
    default:
      return new ToolMessage({ content: message.text, tool_call_id: message.callId, name: message.name });
  }
}

function toReply(reply: AIMessage): Reply {
  const made = (reply.tool_calls ?? []).map(({ id, name, args }, at) => {
    return { id: id ?? `call_${at}`, name, arguments: args };
  });
  const broken = (reply.invalid_tool_calls ?? []).map(({ id, name, args }, at) => {
    return { id: id ?? `broken_${at}`, name: name ?? '', arguments: args };
  });
  return { calls: [...made, ...broken], text: reply.text };
}

/** Asks through the router as a program would: tools bound to a routed model, one model pinned, nothing from the cache. */
async function askRouted(
  router: ModelRouterService,
  pinned: ModelRef,
  { messages, tools }: { readonly messages: readonly Message[]; readonly tools: readonly OfferedTool[] },
): Promise<Reply> {
  const parameters = { temperature: 0, maxTokens: MAX_TOKENS };
  try {
    const model = await router.model({ pinned, parameters, cache: { mode: 'off' } });
    const bound = model.bindTools!(tools.map(wireTool));
    const signal = AbortSignal.timeout(REPLY_LIMIT_MS);
    return toReply(await bound.invoke(messages.map(toLangChain), { signal }));
  } catch (error) {
    if (!isWoosterError(error) || !OF_THE_MODEL.has(error.code)) throw error;
    return { calls: [], text: '', fault: `${error.code}: ${error.message}` };
  }
}

/** A host in a fresh workspace in which nothing but the given model can answer. */
async function openHost(settings: object, pinned: ModelRef, engine: string): Promise<OpenedModel> {
  const home = await mkdtemp(join(tmpdir(), 'wooster-bench-tools-'));
  await mkdir(join(home, 'config'));
  const off = { embedded: { enabled: false }, discovery: { mode: 'off' } };
  await writeFile(join(home, 'config', 'local.json'), JSON.stringify({ ...off, ...settings }));
  const host = await createHost({ flags: { home }, environment: {}, workingDirectory: home, home });
  const close = async (): Promise<void> => {
    await host.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await host.start(new AbortController().signal);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    engine,
    ask: (messages, tools) => askRouted(host.get(MODEL_ROUTER), pinned, { messages, tools }),
    [Symbol.asyncDispose]: close,
  };
}

/** The embedded engine, as a user has it. */
export const OURS_EMBEDDED: Way = {
  id: 'ours-embedded',
  title: 'Wooster, embedded',
  isOurs: true,
  open({ id }) {
    const embedded = {
      enabled: true,
      autoDownload: false,
      model: id,
      threads: THREADS,
      contextTokens: CONTEXT_TOKENS,
      modelsDirectory: modelsFolder(),
    };
    return openHost({ embedded }, `embedded:${id}` as ModelRef, versionOf('node-llama-cpp'));
  },
};

/** A llama.cpp server with the model's own template, reached through the provider for it. */
export const OURS_LLAMACPP: Way = {
  id: 'ours-llamacpp',
  title: 'Wooster over llama-server, own template',
  isOurs: true,
  async open(model) {
    const server = await startLlamaServer(model, 'own');
    try {
      const house = { kind: 'llamacpp', baseUrl: server.url, model: model.id };
      const opened = await openHost({ providers: { house } }, `house:${model.id}` as ModelRef, server.version);
      return {
        ...opened,
        async [Symbol.asyncDispose]() {
          await opened[Symbol.asyncDispose]();
          await server[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  },
};
