import { describe, expect, test } from '@jest/globals';
import { AIMessageChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { CallPieces } from '../../../plugins/cloud-models/common/call-pieces.ts';

const place = { provider: 'openai', address: 'api.example.com', model: 'gpt-x', operation: 'chat' } as const;

function piece(index: number, args: string, id?: string): ChatGenerationChunk {
  const call = { index, args, id, name: id === undefined ? undefined : 'weather', type: 'tool_call_chunk' as const };
  const message = new AIMessageChunk({ content: '', tool_call_chunks: [call], response_metadata: { n: index } });
  return new ChatGenerationChunk({ text: '', message, generationInfo: { prompt: 0 } });
}

describe('the pieces of tool calls', () => {
  test('pass unchanged while their ids differ, and are whole when each is JSON', () => {
    const calls = new CallPieces();
    const chunks = [piece(0, '{"place":"O', 'a'), piece(0, 'slo"}'), piece(1, '', 'b')];
    expect(chunks.map((chunk) => calls.take(chunk))).toEqual(chunks);
    expect(() => calls.requireWhole(place)).not.toThrow();
  });

  test('get an id of their own where two calls share one, and keep all else', () => {
    const calls = new CallPieces();
    const chunks = [piece(0, '{}', 'a'), piece(1, '{', 'a'), piece(1, '}')].map((chunk) => calls.take(chunk));
    const joined = chunks.reduce((sum, chunk) => sum.concat(chunk)).message as AIMessageChunk;
    const ids = joined.tool_calls!.map(({ id }) => id);
    expect(ids).toEqual(['a', expect.stringMatching(/^call_[0-9a-f]{24}$/)]);
    expect(chunks[1]!.message.response_metadata).toEqual({ n: 1 });
    expect(chunks[1]!.generationInfo).toEqual({ prompt: 0 });
  });

  test('that break off are malformed, and the call is named', () => {
    const calls = new CallPieces();
    calls.take(piece(0, '{"place":"Os', 'a'));
    expect(() => calls.requireWhole(place)).toThrow(
      expect.objectContaining({ code: 'E_MALFORMED', message: expect.stringContaining('it called weather') }),
    );
  });
});
