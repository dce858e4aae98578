import { describe, expect, test } from '@jest/globals';
import { runInteractiveChat } from '../../src/agent/interactive-chat.ts';
import {
  CancelledError,
  CHAT_COMMANDS,
  LOCAL_PRINCIPAL,
  NoRouteError,
  type Agent,
  type AgentEvent,
  type AgentRequest,
  type ChatCommand,
  type ToolDescriptor,
} from '../../src/index.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { createTerminalDouble, type TerminalDouble } from '../doubles/terminal-double.ts';

const REPLY = {
  text: 'Hello',
  ref: 'embedded:able',
  decisionId: 'd1',
  usage: { inputTokens: 7, outputTokens: 2, isEstimated: false },
  costUsd: 0,
  firstTokenMs: 40,
  totalMs: 1500,
  messages: [],
  citations: [],
} as const;

function agentThat(run: (request: AgentRequest) => AsyncIterable<AgentEvent>): Agent & { requests: AgentRequest[] } {
  const requests: AgentRequest[] = [];
  return {
    requests,
    run: (request) => {
      requests.push(request);
      return run(request);
    },
  };
}

async function* greet(): AsyncGenerator<AgentEvent> {
  yield { kind: 'tool-called', callId: '1', tool: 'list', args: { a: 1 } };
  yield { kind: 'tool-finished', callId: '1', tool: 'list', text: 'two\nlines', isError: false };
  yield { kind: 'text', text: 'Hel' };
  yield { kind: 'text', text: 'lo' };
  yield { kind: 'finished', reply: REPLY };
}

function chat(agent: Agent, terminal: TerminalDouble, commands: readonly ChatCommand[] = []) {
  let next = 1;
  return runInteractiveChat({
    agent,
    extensions: createExtensionsDouble([[CHAT_COMMANDS, commands]]),
    terminal,
    principal: LOCAL_PRINCIPAL,
    signal: new AbortController().signal,
    conversationId: 'c0',
    newConversationId: () => `c${next++}`,
    turn: () => ({}),
  });
}

describe('the interactive chat', () => {
  test('streams the answer, shows tools, and closes with model, tokens, times and decision', async () => {
    const terminal = createTerminalDouble(['hi']);
    const outcome = await chat(agentThat(greet), terminal);
    expect(terminal.output.join('')).toBe('Hello\n');
    expect(terminal.notes).toContain('→ list {"a":1}');
    expect(terminal.notes).toContain('← two lines');
    expect(terminal.notes.at(-1)).toBe('embedded:able · 7 + 2 tokens · first token 40 ms · 1.5 s · wooster why d1');
    expect(outcome).toEqual({ conversationId: 'c0', turns: 1 });
  });

  test('keeps one conversation over the turns and starts another with /new', async () => {
    const agent = agentThat(greet);
    const outcome = await chat(agent, createTerminalDouble(['one', 'two', '/new', 'three']));
    expect(agent.requests.map(({ conversationId }) => conversationId)).toEqual(['c0', 'c0', 'c1']);
    expect(outcome).toEqual({ conversationId: 'c1', turns: 3 });
  });

  test('keeps what is always allowed to the conversation in which it was said', async () => {
    const lines = ['one', 'a', 'two', '/new', 'three', 'n'];
    const allowed: unknown[] = [];
    const tool = { id: 'erase', risk: 'write' } as ToolDescriptor;
    const agent = agentThat(async function* ({ approvals, signal }) {
      allowed.push(await approvals(tool, {}, signal));
      yield* greet();
    });
    const terminal = createTerminalDouble(lines);
    await chat(agent, terminal);
    expect(allowed).toEqual([true, true, false]);
  });

  test('shows a failed turn as one line with its code and goes on', async () => {
    let isFirst = true;
    const agent = agentThat(() => {
      if (!isFirst) return greet();
      isFirst = false;
      throw new NoRouteError('no model may answer', { reasons: [] });
    });
    const terminal = createTerminalDouble(['one', 'two']);
    expect(await chat(agent, terminal)).toMatchObject({ turns: 1 });
    expect(terminal.notes).toContain('E_NO_ROUTE no model may answer');
  });

  test('marks an answer that broke off where it broke', async () => {
    const agent = agentThat(async function* () {
      yield { kind: 'text', text: 'half' };
      yield { kind: 'interrupted', code: 'E_INTERRUPTED', message: 'the server went away', text: 'half' };
    });
    const terminal = createTerminalDouble(['one']);
    await chat(agent, terminal);
    expect(terminal.output.join('')).toBe('half\n');
    expect(terminal.notes.at(-1)).toMatch(
      /^E_INTERRUPTED the answer broke off here \(ask again or say "go on", or set routing\..+\): the server went away$/,
    );
  });

  test('stops the running answer at Ctrl-C and stays; leaves Ctrl-C alone when nothing runs', async () => {
    const terminal = createTerminalDouble(['one', 'two']);
    const wasTaken: boolean[] = [];
    const agent = agentThat(async function* (request) {
      wasTaken.push(terminal.interrupt());
      if (request.signal.aborted) throw new CancelledError();
      yield* greet();
    });
    await chat(agent, terminal);
    expect(agent.requests).toHaveLength(2);
    expect(wasTaken).toEqual([true, true]);
    expect(terminal.notes).toContain('\n[stopped]');
    expect(terminal.interrupt()).toBe(false);
  });

  test('lists its commands and those of plugins, runs them, and names them for an unknown word', async () => {
    const seen: string[] = [];
    const command: ChatCommand = {
      id: 'model',
      usage: '[ref]',
      summary: 'shows the model',
      run: async (rest) => void seen.push(rest),
    };
    const terminal = createTerminalDouble(['/help', '/model a  b', '/nothing', '/exit', 'never read']);
    const agent = agentThat(greet);
    await chat(agent, terminal, [command]);
    expect(seen).toEqual(['a b']);
    expect(terminal.notes.some((note) => note.includes('/model [ref]') && note.includes('shows the model'))).toBe(true);
    expect(terminal.notes).toContain('/nothing is not a command; there are /help, /new, /exit, /model');
    expect(agent.requests).toHaveLength(0);
  });
});
