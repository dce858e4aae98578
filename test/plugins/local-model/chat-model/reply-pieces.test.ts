import { describe, expect, test } from '@jest/globals';
import { AIMessage } from '@langchain/core/messages';
import { ReplyChunks } from '../../../../plugins/local-model/chat-model/reply-chunks.ts';
import { ToolCallLedger } from '../../../../plugins/local-model/chat-model/tool-call-ledger.ts';

const piece = (index: number, more: object = {}): { index: number; argumentsText: string } => ({
  index,
  argumentsText: '{}',
  ...more,
});

describe('the ledger of tool calls', () => {
  test('keeps the pieces of one call together, with id and name on the first', () => {
    const ledger = new ToolCallLedger([]);
    expect(ledger.enter(piece(0, { id: 'a', name: 'f' }))).toMatchObject({ index: 0, id: 'a', name: 'f' });
    expect(ledger.enter(piece(0))).toEqual({ index: 0, args: '{}' });
    expect(ledger.enter(piece(0, { id: 'a', name: 'f' }))).toEqual({ index: 0, args: '{}' });
    expect(ledger.enter(piece(1, { id: 'b', name: 'g' }))).toMatchObject({ index: 1, id: 'b' });
  });

  test('tells whole calls apart that all come under index 0', () => {
    const ledger = new ToolCallLedger([]);
    const calls = ['a', 'b', 'c'].map((id) => ledger.enter(piece(0, { id, name: 'f' })));
    expect(calls.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test('makes ids where the server has none, repeats one, or uses one of the conversation', () => {
    const ledger = new ToolCallLedger([
      new AIMessage({ content: '', tool_calls: [{ id: 'old', name: 'f', args: {} }] }),
    ]);
    const ids = [
      ledger.enter(piece(0, { name: 'f' })).id,
      ledger.enter(piece(1, { id: 'x', name: 'f' })).id,
      ledger.enter(piece(2, { id: 'x', name: 'f' })).id,
      ledger.enter(piece(3, { id: 'old', name: 'f' })).id,
    ];
    expect(new Set(ids).size).toBe(4);
    expect(ids[1]).toBe('x');
    expect(ids).not.toContain('old');
  });

  test('makes ids that every vendor takes, and keeps no other', () => {
    const ledger = new ToolCallLedger([]);
    const ids = ['', 'bad id|1', 'x'.repeat(41)].map((id, index) => ledger.enter(piece(index, { id, name: 'f' })).id);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{9}$/);
    const uuid = '0819261a-0000-4000-8000-000000000000';
    expect(ledger.enter(piece(3, { id: uuid, name: 'f' })).id).toBe(uuid);
  });
});

function callWith(...pieces: readonly string[]): ReplyChunks {
  const chunks = new ReplyChunks(new ToolCallLedger([]));
  const call = { kind: 'tool-call', index: 0, id: 'a', name: 'write_file' } as const;
  for (const argumentsText of pieces) chunks.of({ ...call, argumentsText });
  return chunks;
}

describe('the chunks of an answer', () => {
  const source = { provider: 'house', model: 'm', elapsed: () => ({ totalMs: 1 }) };

  test.each([[['{"path":"a', '"}']], [['{}']], [[' ']], [['']]])('are whole with the arguments %j', (pieces) => {
    expect(callWith(...pieces).end(source)).toHaveLength(1);
  });

  test('are malformed when the arguments of a call break off, which LangChain would mend', () => {
    expect(() => callWith('{"path":"a', '.txt","text":"half of').end(source)).toThrow(
      expect.objectContaining({ code: 'E_MALFORMED', message: expect.stringMatching(/called write_file .*no JSON;/) }),
    );
    const cut = callWith('{"path":"a');
    cut.of({ kind: 'facts', finishReason: 'length' });
    expect(() => cut.end(source)).toThrow(/no JSON, cut at the limit of its output/);
  });
});
