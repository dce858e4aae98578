import type { Proof } from '../proof.ts';
import { describeLoad } from './knowledge-lines.ts';

/** Ingesting holds up neither a chat nor a search. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/knowledge-load.test.ts',
  file: 'load.md',
  describe: describeLoad,
};
