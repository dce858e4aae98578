import { expect, test } from '@jest/globals';
import { TurnCitations } from '../../../src/agent/citations/turn-citations.ts';

test('tells the versions of what was put before the model, and of nothing that had no room', () => {
  const citations = new TurnCitations('On which port?', true);
  const passage = { text: 'The gateway listens on port 7777.', source: 'gateway.md:1', version: 'space/1' };
  citations.add([passage, { text: 'Ann likes tea.', source: 'profile' }], 200);
  citations.add([{ text: 'word '.repeat(500), source: 'long.md:1', version: 'space/2' }], 10);
  expect(citations.versions).toEqual(['space/1']);
});
