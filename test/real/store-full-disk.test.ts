import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const RIG = new URL('../stores/support/store-rig.ts', import.meta.url).href;
const SOURCES = new URL('../stores/support/sources.ts', import.meta.url).href;
const DOUBLES = new URL('../doubles/embeddings-double.ts', import.meta.url).href;

/** A store of 200 passages takes about 0.7 MB of a disk of 6 MB, that is filled up to little before each attempt. */
const SCRIPT = `
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { StoreRig, limit } from ${JSON.stringify(RIG)};
import { sourceOf } from ${JSON.stringify(SOURCES)};
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from ${JSON.stringify(DOUBLES)};
const disk = process.argv[2];
const sources = (from, count) => Array.from({ length: count }, (_, file) => sourceOf(
  'folder/' + (from + file) + '.md',
  Array.from({ length: 10 }, (__, at) => 'passage ' + at + ' of file ' + (from + file) + ' about apples and pears'),
));
const fillUp = (leave) => {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(disk + '/filler', Buffer.alloc(Math.max(0, bavail * bsize - leave)));
};
const makeRoom = () => rmSync(disk + '/filler');
const told = {};
const attempt = async (name, work) => {
  told[name] = await work().then(() => 'done', (error) => error.message.includes('\\n') ? 'lines' : error.code);
};
const other = new EmbeddingsDouble(spaceDouble('other', 96));
const models = embeddingsFactoryDouble(new EmbeddingsDouble(), [other]);
const rig = new StoreRig({}, disk + '/store');
const store = await rig.open(models);
await store.add(sources(0, 20), limit());
await store.search({ text: 'apples', k: 3, mode: 'hybrid' }, limit());
const sound = async () => {
  const again = await rig.open(models, { create: false });
  const { isSound, checked } = await again.verify(limit(), { isDeep: true });
  await again.close();
  return isSound && checked.chunks;
};
fillUp(100_000);
await attempt('add', () => store.add(sources(20, 200), limit()));
told.soundAfterAdd = (await sound()) >= 200;
if (store.migrations) await attempt('migrate', () => store.migrations.run({ model: 'other' }, { signal: limit() }));
await attempt('backup', () => store.upkeep.backup(disk + '/backup.db', limit()));
told.leftOfBackup = readdirSync(disk).filter((name) => name.includes('backup'));
told.soundAfterBackup = (await sound()) >= 200;
makeRoom();
await attempt('addAgain', () => store.add(sources(20, 20), limit()));
if (store.migrations) await attempt('migrateAgain', () => store.migrations.run({ model: 'other' }, { signal: limit() }));
await attempt('backupAgain', () => store.upkeep.backup(disk + '/backup.db', limit()));
rmSync(disk + '/backup.db', { force: true });
await store.close();
const bytes = readFileSync(rig.database);
bytes.fill(0x5a, 4_096 * 40, 4_096 * 43);
writeFileSync(rig.database, bytes);
fillUp(300_000);
await attempt('repair', () => rig.repair());
told.isKept = readFileSync(rig.database).equals(bytes);
told.leftOfRepair = readdirSync(disk + '/store').filter((name) => /part|repaired|damaged/.test(name));
makeRoom();
await attempt('repairAgain', () => rig.repair());
told.soundAfterRepair = (await sound()) > 200;
await rig.dispose();
console.log(JSON.stringify(told));
`;

test('a full disk is told by every writer of a store, costs nothing that was stored, and all go on after room is made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-full-store-'));
  try {
    const script = join(folder, 'fill.mjs');
    writeFileSync(script, SCRIPT);
    const disk = join(folder, 'disk');
    const command = 'mkdir "$1" && mount -t tmpfs -o size=6m tmpfs "$1" && "$2" --no-warnings "$3" "$1"';
    // A mount namespace of its own, which needs no root.
    const output = execFileSync('unshare', ['-rm', 'sh', '-c', command, 'sh', disk, process.execPath, script], {
      timeout: 60_000,
    });
    expect(JSON.parse(output.toString())).toEqual({
      add: 'E_DISK_FULL',
      soundAfterAdd: true,
      migrate: 'E_DISK_FULL',
      backup: 'E_DISK_FULL',
      leftOfBackup: [],
      soundAfterBackup: true,
      addAgain: 'done',
      migrateAgain: 'done',
      backupAgain: 'done',
      repair: 'E_DISK_FULL',
      isKept: true,
      leftOfRepair: [],
      repairAgain: 'done',
      soundAfterRepair: true,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 90_000);
