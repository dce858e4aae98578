import { chmod, mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { chatCommands } from '../../../../plugins/local-model/chat/chat-commands.ts';
import { exportConversation } from '../../../../plugins/local-model/actions/conversations/export-conversation.ts';
import type { ActionPorts } from '../../../../plugins/local-model/actions/action-ports.ts';
import { ConversationStore } from '../../../../src/agent/conversation-store.ts';
import { openConversations, type Workspace } from '../../../../src/index.ts';
import { createTerminalDouble } from '../../../doubles/terminal-double.ts';
import { createRig, type RigOptions } from './rig.ts';

let stateDirectory: string;
let store: ConversationStore;

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'wooster-conversations-'));
  store = ConversationStore.within(stateDirectory);
});
afterEach(() => rm(stateDirectory, { recursive: true }));

const metadata = { provider: 'house', model: 'smol' };

/** Two conversations, the second one the newer. */
async function talk(): Promise<void> {
  const call = { id: 'k1', name: 'get_weather', args: { city: 'Paris' } };
  await store.append('older', [
    new HumanMessage({ content: 'What is the\nweather in Paris?', response_metadata: { project: 'travel' } }),
    new AIMessage({ content: '', tool_calls: [call] }),
    new ToolMessage({ content: 'sunny', tool_call_id: 'k1', name: 'get_weather' }),
    new AIMessage({
      content: 'Sunny [1].',
      response_metadata: { ...metadata, citations: [{ number: 1, source: 'guide.md:3', title: 'Weather' }] },
    }),
    new HumanMessage('And in Rome?'),
    new AIMessage({
      content: 'Rome is',
      response_metadata: { ...metadata, interrupted: { code: 'E_INTERRUPTED', tokens: 2, targetId: 'house@1/smol' } },
    }),
  ]);
  await store.append('newer', [new HumanMessage('Good morning'), new AIMessage('Hello')]);
  await utimes(join(stateDirectory, 'conversations', 'older.jsonl'), 1_000_000, 1_000_000);
}

function rig(options: RigOptions = {}) {
  return createRig({ stateDirectory, ...options });
}

const run = (args: Record<string, unknown> = {}, options: RigOptions = {}) => rig(options).run('conversations', args);

/** A text whose second half finds no room. */
async function* filling(): AsyncGenerator<string> {
  yield 'the first half';
  throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
}

const write = () => Promise.resolve({ transcript: { id: 'older', lastAt: '', turns: [] }, text: filling() });

describe('the conversations', () => {
  test('are listed, the newest first, with the first question, turns, time and project', async () => {
    await talk();
    const { result, text } = await run();
    expect(result).toMatchObject({
      conversations: [
        { id: 'newer', turns: 1, question: 'Good morning' },
        {
          id: 'older',
          turns: 2,
          question: 'What is the weather in Paris?',
          project: 'travel',
          lastAt: '1970-01-12T13:46:40.000Z',
        },
      ],
    });
    expect(text).toMatch(/id +last +turns +project +first question/);
    expect(text).toMatch(/newer .* 1 .*Good morning/);
  });

  test('are none where nothing was said, which is said', async () => {
    expect((await run()).text).toBe('no conversation is kept here: wooster chat begins one');
    await expect(run({ operation: 'show', id: 'last' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(/^no conversation is kept here/),
    });
  });

  test('are shown and exported as a page, with tools, sources and interruptions', async () => {
    await talk();
    const { text } = await run({ operation: 'show', id: 'older' });
    expect(text).toBe(
      [
        '# Conversation older',
        '2 turns, the last on 1970-01-12 13:46 UTC.',
        '## 1. You (about the project travel)',
        'What is the\nweather in Paris?',
        '### house:smol',
        '> `get_weather` {"city":"Paris"}\n>\n> sunny',
        'Sunny [1].',
        'Sources:\n\n- [1] guide.md:3 › Weather',
        '## 2. You',
        'And in Rome?',
        '### house:smol',
        'Rome is',
        '*The answer broke off after 2 tokens on house@1/smol (E_INTERRUPTED).*',
      ].join('\n\n'),
    );
    const out = join(stateDirectory, 'talk.md');
    const exported = await run({ operation: 'export', id: 'older', out });
    expect(exported.text).toBe(`conversation older is in ${out}, as markdown`);
    expect(await readFile(out, 'utf8')).toBe(`${text}\n`);
    await expect(run({ operation: 'export', id: 'older', out })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('is there already'),
    });
  });

  test('leave no half of an export where the disk fills up', async () => {
    const out = join(stateDirectory, 'talk.md');
    await expect(exportConversation({ write } as never, 'older', { out })).rejects.toMatchObject({
      code: 'E_DISK_FULL',
      message: `no room to write ${out}: free some space`,
    });
    expect(await readdir(stateDirectory)).not.toContain('talk.md');
  });

  test('are exported as JSON by the name of the file, or by word', async () => {
    await talk();
    const out = join(stateDirectory, 'talk.json');
    await run({ operation: 'export', id: 'older', out });
    const [first] = (JSON.parse(await readFile(out, 'utf8')) as { turns: unknown[] }).turns;
    expect(first).toMatchObject({
      project: 'travel',
      calls: [{ tool: 'get_weather', args: { city: 'Paris' }, result: 'sunny', isError: false }],
      model: 'house:smol',
    });
    const { text } = await run({ operation: 'export', id: 'last', format: 'json' });
    expect(JSON.parse(text)).toMatchObject({ id: 'newer', turns: [{ question: 'Good morning', answer: 'Hello' }] });
    const nowhere = join(stateDirectory, 'no', 'folder.md');
    await expect(run({ operation: 'export', id: 'last', out: nowhere })).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringContaining('its folder is not there'),
    });
  });

  test('that are not there are told with those that are', async () => {
    await talk();
    for (const id of ['typo', '../../etc/passwd'])
      await expect(run({ operation: 'show', id })).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.stringMatching(/^there is no conversation ".*"; there are newer, older: see/),
      });
    await expect(run({ operation: 'show' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('whose file holds nothing are listed with that, and cannot be shown', async () => {
    await mkdir(join(stateDirectory, 'conversations'));
    await writeFile(join(stateDirectory, 'conversations', 'torn.jsonl'), '{"type":"hum');
    expect((await run()).text).toContain('its file holds nothing that can be read');
    await expect(run({ operation: 'show', id: 'torn' })).rejects.toMatchObject({ code: 'E_FILE' });
  });

  test('whose file may not be read are listed with that', async () => {
    await talk();
    const file = join(stateDirectory, 'conversations', 'older.jsonl');
    await rm(file);
    await mkdir(file);
    expect((await run()).result).toMatchObject({
      conversations: expect.arrayContaining([
        expect.objectContaining({ id: 'older', fault: expect.stringContaining('cannot use the conversation file') }),
      ]),
    });
    await chmod(file, 0o755);
  });

  test('are deleted with their summary after a yes, and not without', async () => {
    await talk();
    await store.writeSummary('older', { text: 'x', privacy: 'any', upTo: 4 });
    expect((await run({ operation: 'delete', id: 'older' }, { lines: ['n'] })).text).toBe('nothing was deleted');
    const terminal = { isInteractive: false };
    await expect(run({ operation: 'delete', id: 'older' }, { terminal })).rejects.toMatchObject({
      message: expect.stringContaining('--yes'),
    });
    const { text } = await run({ operation: 'delete', id: 'older', yes: true }, { terminal });
    expect(text).toBe('conversation older is deleted');
    expect(await readdir(join(stateDirectory, 'conversations'))).toEqual(['newer.jsonl']);
  });
});

describe('a chat', () => {
  test('goes on with a conversation, by id or with the newest', async () => {
    await talk();
    for (const [args, id] of [
      [{ conversation: 'older' }, 'older'],
      [{ conversation: 'last' }, 'newer'],
      [{ resume: true }, 'newer'],
    ] as const) {
      const { run: act, requests } = rig({ lines: ['hello'] });
      await act('chat', args);
      expect(requests[0]?.conversationId).toBe(id);
    }
    await expect(rig().run('chat', { conversation: 'typo' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('lists, resumes and exports from within', async () => {
    await talk();
    const terminal = createTerminalDouble();
    const resumed: string[] = [];
    const ports = { conversations: () => openConversations({ stateDirectory } as Workspace) } as unknown as ActionPorts;
    const act = (id: string, rest: string): Promise<void> =>
      chatCommands(ports)
        .find((command) => command.id === id)!
        .run(rest, {
          terminal,
          signal: new AbortController().signal,
          conversationId: 'newer',
          project: undefined,
          setProject: () => {},
          startNew: () => 'x',
          resume: (word) => void resumed.push(word),
          leave: () => {},
        });
    await act('conversations', '');
    expect(terminal.notes.map((note) => note.replaceAll(/ +/g, ' '))).toEqual([
      '> newer 1 turn Good morning',
      ' older 2 turns What is the weather in Paris?',
    ]);
    await act('resume', 'older');
    expect(resumed).toEqual(['older']);
    await expect(act('resume', 'typo')).rejects.toMatchObject({ code: 'E_USAGE' });
    await act('export', '');
    expect(terminal.output.join('')).toContain('# Conversation newer');
    const out = join(stateDirectory, 'x.md');
    await act('export', out);
    expect(await readFile(out, 'utf8')).toContain('Good morning');
  });
});
