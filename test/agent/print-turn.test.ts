import { describe, expect, test } from '@jest/globals';
import { printTurn } from '../../src/agent/print-turn.ts';
import {
  LOCAL_PRINCIPAL,
  type Agent,
  type AgentEvent,
  type AgentReply,
  type Citation,
  type RouteDecision,
  type RouteStep,
} from '../../src/index.ts';
import { createTerminalDouble } from '../doubles/terminal-double.ts';

const FOUND: readonly Citation[] = [
  { number: 1, text: 'a', source: 'guide.md:3', title: 'Gateway › Port' },
  { number: 2, text: 'b', source: 'report.pdf page 4' },
  { number: 3, text: 'c', source: 'notes.md:1' },
];

const approvals = async (): Promise<boolean> => false;

async function print(citations: readonly Citation[], found = FOUND, repliedModel?: string) {
  const reply = {
    text: 'x',
    ref: 'embedded:able',
    decisionId: 'd1',
    usage: { inputTokens: 7, outputTokens: 2, isEstimated: false },
    totalMs: 10,
    messages: [],
    citations,
    repliedModel,
  } as const;
  const agent: Agent = {
    async *run() {
      yield { kind: 'context', passages: found, notices: ['only words were searched'] };
      yield { kind: 'text', text: 'x' };
      yield { kind: 'finished', reply };
    },
  };
  const terminal = createTerminalDouble();
  const { signal } = new AbortController();
  await printTurn(agent, { messages: [], principal: LOCAL_PRINCIPAL, approvals, signal }, terminal);
  return { output: terminal.output.join(''), notes: terminal.notes };
}

const RESUMED = {
  kind: 'resumed',
  how: 'restarted',
  code: 'E_INTERRUPTED',
  message: 'cut',
  targetId: 'house@127.0.0.1:1/smol',
  brokenRef: 'house:smol',
  tokens: 40,
  ref: 'spare:smol',
} as const;

/** Everything on the screen, in order, with the lines of standard error between bars. */
async function watch(events: readonly AgentEvent[], hasColor = false): Promise<string> {
  const shown: string[] = [];
  const terminal = createTerminalDouble([], {
    hasColor,
    write: (text) => void shown.push(text),
    note: (text) => void shown.push(`|${text}|\n`),
  });
  const agent: Agent = {
    async *run() {
      yield* events;
    },
  };
  const { signal } = new AbortController();
  const turn = printTurn(agent, { messages: [], principal: LOCAL_PRINCIPAL, approvals, signal }, terminal);
  await turn.catch((error: Error) => shown.push(`${error.name}: ${error.message}`));
  return shown.join('');
}

describe('a printed turn that breaks off', () => {
  test('marks a new beginning on a line of its own, in the text', async () => {
    const screen = await watch([
      { kind: 'text', text: 'half an' },
      RESUMED,
      { kind: 'text', text: 'The whole answer.' },
    ]);
    const mark = '[interrupted after 40 tokens on house:smol; asked again of spare:smol]';
    expect(screen).toContain(`half an\n${mark}\nThe whole answer.`);
  });

  test('marks where the text is carried on beside the text, which stays whole', async () => {
    const screen = await watch([
      { kind: 'text', text: 'half an' },
      { ...RESUMED, how: 'continued', tokens: 1 },
      { kind: 'text', text: ' answer.' },
    ]);
    const mark = '[interrupted after 1 token on house:smol; carried on by spare:smol]';
    expect(screen).toContain(`half an|\n${mark}|\n answer.`);
  });

  test('dims the mark where there is colour', async () => {
    expect(await watch([{ kind: 'text', text: 'half' }, RESUMED], true)).toContain('half\n\u001b[2m[interrupted after');
  });

  test('puts tools on lines of their own', async () => {
    const screen = await watch([
      { kind: 'text', text: 'Let me look.' },
      { kind: 'tool-called', callId: '1', tool: 'look', args: {} },
      { kind: 'tool-finished', callId: '1', tool: 'look', text: 'seen', isError: false },
    ]);
    expect(screen).toContain('Let me look.\n|→ look {}|\n|← seen|\n');
  });

  test('says what to do, and which setting would have done it', async () => {
    const event = { kind: 'interrupted', code: 'E_INTERRUPTED', message: 'cut', text: 'half' } as const;
    const hint = '(ask again, or set routing.failover.interruptedText to "restart" or "continue"): cut';
    expect(await watch([{ kind: 'text', text: 'half' }, event])).toContain(
      `half\nInterruptedStreamError: the answer broke off here ${hint}`,
    );
    const again = await watch([{ ...event, wasAskedAgain: true }]);
    expect(again).toMatch(/: the answer broke off here \(ask again\): cut$/);
  });
});

describe('a printed turn', () => {
  test('lists the sources that are cited, and how many more were found', async () => {
    const { output, notes } = await print(FOUND.slice(0, 2));
    expect(output).toBe('x\n\nSources:\n  [1] guide.md:3 › Gateway › Port\n  [2] report.pdf page 4\n');
    expect(notes.slice(0, 2)).toEqual(['only words were searched', '1 more passage was found and not cited']);
  });

  test('says so when an answer rests on no document', async () => {
    const { output, notes } = await print([]);
    expect(output).toBe('x\n');
    expect(notes[1]).toMatch(/^the answer rests on no document: 3 passages were found/);
  });

  test('says so when the server names another model than the one asked', async () => {
    const { notes } = await print([], [], 'smol-2');
    expect(notes.at(-1)).toMatch(/^embedded:able \(the server says smol-2\) · /);
  });

  test('says nothing of documents where none were found', async () => {
    expect((await print([], [])).notes).toHaveLength(2);
  });
});

const close = async (bill: Partial<AgentReply>): Promise<readonly string[]> => {
  const reply: AgentReply = {
    text: 'x',
    ref: 'openai:gpt-4o-mini',
    decisionId: 'd1',
    usage: { inputTokens: 7, outputTokens: 2, isEstimated: false },
    totalMs: 10,
    messages: [],
    citations: [],
    ...bill,
  };
  const agent: Agent = {
    async *run() {
      yield { kind: 'finished', reply };
    },
  };
  const terminal = createTerminalDouble();
  const { signal } = new AbortController();
  await printTurn(agent, { messages: [], principal: LOCAL_PRINCIPAL, approvals, signal }, terminal);
  return terminal.notes;
};

describe('the closing line of a turn', () => {
  test.each<[string, number | undefined, string]>([
    ['nothing of what was free', 0, ''],
    ['what a paid answer cost', 0.00012, ' · 0.00012 USD'],
    ['that the cost is unknown', undefined, ' · cost unknown'],
  ])('tells %s', async (_, costUsd, told) => {
    expect(await close({ costUsd })).toEqual([`openai:gpt-4o-mini · 7 + 2 tokens · 10 ms${told} · wooster why d1`]);
  });

  test('comes after the budgets that are nearly used up', async () => {
    const notices = ['day budget of 1.00 USD (config/local.json: budget.dayUsd): 0.83 spent, 83 % of it'];
    const shown = await close({ costUsd: 0.03, notices });
    expect(shown).toEqual([...notices, expect.stringMatching(/ · 0\.03 USD · wooster why d1$/)]);
  });
});

const step = (id: string, isLoading: boolean): RouteStep => ({
  ref: `${id}:m`,
  targetId: `${id}/m`,
  locality: 'local',
  score: 0,
  ...(isLoading && { isLoading }),
});
const decided = (chain: readonly RouteStep[]): AgentEvent => ({
  kind: 'decided',
  decision: { chain } as unknown as RouteDecision,
});

describe('a model that is loading', () => {
  test('is told once a turn, however many calls it takes', async () => {
    const alone = decided([step('slow', true)]);
    const shown = await watch([alone, alone, { kind: 'text', text: 'hi' }]);
    expect(shown.match(/slow:m is loading; the answer waits for it/g)).toHaveLength(1);
  });

  test('is told with the one that answers meanwhile', async () => {
    const shown = await watch([decided([step('quick', false), step('slow', true)])]);
    expect(shown).toContain('|slow:m is loading; quick:m answers meanwhile|');
  });

  test('is not spoken of where none is', async () => {
    expect(await watch([decided([step('quick', false)]), decided([])])).not.toContain('loading');
  });
});
