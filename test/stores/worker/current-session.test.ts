import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CurrentSession } from '../../../src/stores/worker/current-session.ts';
import { WriterPlace } from '../../../src/stores/worker/writer-place.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

test("the writer's place is free again where what comes before writing fails", async () => {
  const rig = new StoreRig();
  try {
    const { location } = await rig.open();
    const current = new CurrentSession();
    current.open({ purpose: 'projects', name: 'rig', location, create: false });
    // Where indexes lie is read as a folder.
    const indexes = join(location, 'indexes');
    rmSync(indexes, { recursive: true, force: true });
    writeFileSync(indexes, '');
    await expect(current.lock('writing', limit())).rejects.toMatchObject({ code: 'ENOTDIR' });
    const other = new WriterPlace(join(location, 'writer.db'));
    expect(other.tryTake('writing')).toBe(true);
    other.release();
    rmSync(indexes);
    await current.lock('writing', limit());
    expect(other.tryTake('writing')).toBe(false);
    await current.close(limit());
  } finally {
    await rig.dispose();
  }
});
