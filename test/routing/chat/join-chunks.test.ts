import { expect, test } from '@jest/globals';
import { AIMessageChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import * as fc from 'fast-check';
import { joinChunks } from '../../../src/routing/chat/join-chunks.ts';

interface Fields extends Record<string, unknown> {
  readonly content?: string;
}

function chunkOf({ content = '', ...fields }: Fields): ChatGenerationChunk {
  return new ChatGenerationChunk({
    text: content,
    message: new AIMessageChunk({ ...fields, content }),
  });
}

const text = fc.string({ maxLength: 4 }).map((content) => ({ content }));
const other = fc.constantFrom<Fields>(
  { additional_kwargs: { reasoning_content: 'hm ' } },
  { tool_call_chunks: [{ index: 0, id: 'call_1', name: 'look', args: '{"a":', type: 'tool_call_chunk' }] },
  { tool_call_chunks: [{ index: 0, args: '1}', type: 'tool_call_chunk' }] },
  { usage_metadata: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } },
  { response_metadata: { finish_reason: 'stop' } },
  { content: 'named', id: 'message_1' },
);

function plain(chunk: ChatGenerationChunk | undefined): unknown {
  return chunk && JSON.parse(JSON.stringify({ text: chunk.text, message: chunk.message }));
}

test('pieces are joined as LangChain joins them one by one', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: other })), (fields) => {
      const [first, ...rest] = fields.map(chunkOf);
      const oneByOne = rest.reduce((joined, chunk) => joined?.concat(chunk), first);
      expect(plain(joinChunks(fields.map(chunkOf)))).toEqual(plain(oneByOne));
    }),
  );
});

test('no piece gives no answer', () => {
  expect(joinChunks([])).toBeUndefined();
});
