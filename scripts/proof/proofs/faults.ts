import type { Proof } from '../proof.ts';
import { describeFaults } from './fault-rows.ts';

/** Every way a server fails, in every mode, over a real router. */
export const proof: Proof = {
  project: 'faults',
  test: 'test/faults/(matrix|turns).test.ts',
  file: 'faults.md',
  describe: describeFaults,
};
