import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeBackup } from '../../../src/stores/backup/write-backup.ts';
import { atEachStep } from '../../kernel/files/power-loss.ts';
import { rowsOf } from '../support/kill-harness.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';
import { bringBack, requestOf } from './backup-rig.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('a backup is not there or whole, whenever the power goes, and the one that was told once it is done', async () => {
  const rig = new StoreRig();
  const folder = mkdtempSync(join(tmpdir(), 'wooster-power-'));
  try {
    const store = await rig.open();
    await store.add([sourceOf('a.md', ['apples are red', 'pears are green'])], limit());
    await store.close();
    const file = join(folder, 'rig.wooster-store');
    let told = '';
    // SQLite writes on the real disk; what it wrote is lasting when the disk that loses its power was told to make it so.
    const disks = await atEachStep(async (disk) => {
      told = (await writeBackup(rig.database, { file }, limit(), disk)).sha256;
    });
    // Synced, linked, the part removed, and the name synced.
    expect(disks).toHaveLength(5);
    const backups = new Map<string, Buffer>();
    for (const { disk, isDone } of disks) {
      for (const found of disk.survivors(file)) {
        if (isDone || found !== undefined) backups.set(sha256(found!), found!);
        if (isDone) expect(sha256(found!)).toBe(told);
      }
    }
    expect(backups.size).toBeGreaterThan(0);
    for (const [name, bytes] of backups) {
      const found = join(folder, `${name}.found`);
      writeFileSync(found, bytes);
      await bringBack(found, requestOf(join(folder, name)));
      expect(rowsOf(join(folder, name))).toBe(rowsOf(rig.location));
    }
  } finally {
    await rig.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});
