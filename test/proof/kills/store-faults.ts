import { limit, StoreRig } from '../../stores/support/store-rig.ts';

/**
 * Run as a process of its own, as whoever opens a store after a crash is: opens the store at a location, verifies it and
 * prints its faults as a JSON list.
 */
const [location = '', purpose] = process.argv.slice(2);
const rig = new StoreRig({ purpose: purpose === 'userProfile' ? 'userProfile' : 'projects' }, location);
try {
  const store = await rig.open();
  const { isSound, faults } = await store.verify(limit());
  process.stdout.write(`${JSON.stringify(isSound ? [] : faults)}\n`);
} finally {
  await rig.dispose();
}
