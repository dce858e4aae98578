import { describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { ChatOperation } from '../../../../src/routing/chat/chat-operation.ts';
import { PIXEL } from '../../../routing/chat/history/conversations.ts';
import { CLOUDS } from './clouds.ts';
import { ServedCloud } from './served-cloud.ts';

const URL_OF_IT = 'https://pictures.example/cat.jpg';
const DATA_URL = `data:image/png;base64,${PIXEL}`;

const BLOCKS: Readonly<Record<string, object>> = {
  'an address with data': { type: 'image_url', image_url: { url: DATA_URL } },
  'data in the form of LangChain': { type: 'image', mimeType: 'image/png', data: PIXEL },
  'data in the form of Anthropic': {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: PIXEL },
  },
  'an address in the web': { type: 'image_url', image_url: { url: URL_OF_IT } },
  'an address in the form of LangChain': { type: 'image', url: URL_OF_IT },
};

interface Wire {
  readonly partsOf: (body: Record<string, unknown>) => unknown;
  readonly ofData: object;
  readonly ofAddress: object;
}

const openAI: Wire = {
  partsOf: ({ messages }) => (messages as { content: unknown }[])[0]!.content,
  ofData: { type: 'image_url', image_url: { url: DATA_URL } },
  ofAddress: { type: 'image_url', image_url: { url: URL_OF_IT } },
};

const WIRES: Readonly<Record<string, Wire>> = {
  openai: openAI,
  openrouter: openAI,
  anthropic: {
    partsOf: openAI.partsOf,
    ofData: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
    ofAddress: { type: 'image', source: { type: 'url', url: URL_OF_IT } },
  },
  gemini: {
    partsOf: ({ contents }) => (contents as { parts: unknown }[])[0]!.parts,
    ofData: { inlineData: { mimeType: 'image/png', data: PIXEL } },
    ofAddress: { fileData: { mimeType: 'image/jpeg', fileUri: URL_OF_IT } },
  },
};

for (const { descriptor } of CLOUDS) {
  describe(`a picture for ${descriptor.id}`, () => {
    const served = new ServedCloud(descriptor.id).during(['m']);
    const { partsOf, ofData, ofAddress } = WIRES[descriptor.id]!;

    test.each(Object.entries(BLOCKS))('by %s arrives in its own words', async (what, block) => {
      const content = [{ type: 'text', text: 'What is this?' }, block] as never;
      const operation = new ChatOperation([new HumanMessage({ content })], {});
      for await (const chunk of operation.run(served.provider(), 'm', served.call())) void chunk;
      const [, picture] = partsOf((await served.chats()).at(-1)!.body) as unknown[];
      expect(picture).toEqual(what.startsWith('an address in') ? ofAddress : ofData);
    });
  });
}
