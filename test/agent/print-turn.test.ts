import { describe, expect, test } from '@jest/globals';
import { printTurn } from '../../src/agent/print-turn.ts';
import { LOCAL_PRINCIPAL, type Agent, type Citation } from '../../src/index.ts';
import { createTerminalDouble } from '../doubles/terminal-double.ts';

const FOUND: readonly Citation[] = [
  { number: 1, text: 'a', source: 'guide.md:3', title: 'Gateway › Port' },
  { number: 2, text: 'b', source: 'report.pdf page 4' },
  { number: 3, text: 'c', source: 'notes.md:1' },
];

const approvals = async (): Promise<boolean> => false;

async function print(citations: readonly Citation[], found = FOUND) {
  const reply = {
    text: 'x',
    ref: 'embedded:able',
    decisionId: 'd1',
    usage: { inputTokens: 7, outputTokens: 2, isEstimated: false },
    totalMs: 10,
    messages: [],
    citations,
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

  test('says nothing of documents where none were found', async () => {
    expect((await print([], [])).notes).toHaveLength(2);
  });
});
