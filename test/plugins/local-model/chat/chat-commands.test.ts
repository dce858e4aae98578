import { describe, expect, test } from '@jest/globals';
import { chatCommands } from '../../../../plugins/local-model/chat/chat-commands.ts';
import type { ActionPorts } from '../../../../plugins/local-model/actions/action-ports.ts';
import { LOCAL_PRINCIPAL, TOOLS, type RouteTrace, type ToolDescriptor } from '../../../../src/index.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { createRouterDouble } from '../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../doubles/scripted-chat-model.ts';
import { createTerminalDouble } from '../../../doubles/terminal-double.ts';

const MODELS = [
  { providerId: 'ollama', modelId: 'llama3.2:3b' },
  { providerId: 'embedded', modelId: 'small' },
];
const TRACE: RouteTrace = {
  decision: {
    id: 'abc123',
    decidedAt: 0,
    request: { task: 'chat', needs: {}, privacy: 'any', principal: LOCAL_PRINCIPAL, conversationId: 'c1' },
    strategy: 'local-first',
    chain: [{ ref: 'embedded:small', targetId: 'embedded/small', locality: 'local', score: 1 }],
    rejected: [
      { ref: 'openai:large', targetId: 'openai@x/large', reasons: [{ filter: 'privacy', text: 'cloud: not allowed' }] },
    ],
  },
  attempts: [],
};

function setUp(tools: readonly Partial<ToolDescriptor>[] = []) {
  const router = createRouterDouble(new ScriptedChatModel([]), MODELS);
  const scopes: unknown[] = [];
  const switchModel = router.switchModel.bind(router);
  const ports = {
    router: () => ({
      ...router,
      switchModel: async (ref: Parameters<typeof switchModel>[0], scope: Parameters<typeof switchModel>[1]) => {
        scopes.push(scope);
        await switchModel(ref, scope);
      },
    }),
    decisions: () => ({
      get: () => undefined,
      list: ({ conversationId }: { conversationId?: string } = {}) => (conversationId === 'c1' ? [TRACE] : []),
    }),
    extensions: createExtensionsDouble([[TOOLS, tools]]),
    settings: { tools: { approvals: { read: 'allow', write: 'ask', network: 'deny' } } },
  } as unknown as ActionPorts;
  const run = async (id: string, rest = '', conversationId = 'c1'): Promise<readonly string[]> => {
    const terminal = createTerminalDouble();
    const command = chatCommands(ports).find((each) => each.id === id)!;
    const { signal } = new AbortController();
    const chat = { project: undefined, setProject: () => {}, startNew: () => 'c2', resume: () => {}, leave: () => {} };
    await command.run(rest, { terminal, signal, conversationId, ...chat });
    return terminal.notes;
  };
  return { run, router, scopes };
}

describe('/model', () => {
  test('lists the models with their health and marks the one that would answer', async () => {
    expect(await setUp().run('model')).toEqual(['> ollama:llama3.2:3b (ready)', '  embedded:small (ready)']);
  });

  test('keeps this conversation, and no other, to a model until the router may choose again', async () => {
    const { run, router, scopes } = setUp();
    expect(await run('model', ' embedded:small ')).toEqual([expect.stringMatching(/^embedded:small answers in this/)]);
    expect(await run('model', 'auto')).toEqual(['the router chooses again']);
    expect(router.switched).toEqual(['embedded:small', 'undefined']);
    expect(scopes).toEqual([
      { kind: 'conversation', id: 'c1' },
      { kind: 'conversation', id: 'c1' },
    ]);
  });

  test('refuses a name without its provider and switches nothing', async () => {
    const { run, router } = setUp();
    await expect(run('model', 'small')).rejects.toMatchObject({ message: expect.stringMatching(/provider:model/) });
    expect(router.switched).toEqual([]);
  });
});

describe('/why', () => {
  test('shows the last decision of this conversation with every reason', async () => {
    const text = (await setUp().run('why')).join('\n');
    expect(text).toContain('1. embedded/small (local)');
    expect(text).toMatch(/large: cloud: not allowed/);
  });

  test('says so when nothing has been decided in it', async () => {
    expect(await setUp().run('why', '', 'other')).toEqual(['nothing has been decided in this conversation yet']);
  });
});

describe('/tools', () => {
  test('tells what each tool may touch, and to whom it is offered', async () => {
    const notes = await setUp([
      { id: 'read_note', risk: 'read', description: 'reads a note' },
      { id: 'switch_model', risk: 'write', description: 'switches', offer: 'on-request' },
      { id: 'local_chat', risk: 'read', description: 'asks a local model', isDelegation: true },
    ] as readonly Partial<ToolDescriptor>[]).run('tools');
    expect(notes.map((note) => note.trim().replaceAll(/ +/g, ' '))).toEqual([
      'read_note read (runs): reads a note',
      'switch_model write (asks), with --tools all: switches',
      'local_chat read (runs), for cloud models: asks a local model',
    ]);
  });
});
