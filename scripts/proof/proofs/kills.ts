import type { Proof } from '../proof.ts';
import { describeKills } from './knowledge-lines.ts';

/** A store survives kill -9 at any moment. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/knowledge-(crash|kills).test.ts',
  file: 'crash.md',
  environment: { WOOSTER_PROOF_KILLS: '30' },
  describe: describeKills,
};
