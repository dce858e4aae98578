import type { OpenVectorIndex, VectorIndex } from '../../../src/index.ts';
import { openVectorIndex as openExact } from '../../../src/stores/indexes/exact/exact-index.ts';

/** An index that does everything but search; its file has a name of its own. */
export const openVectorIndex: OpenVectorIndex = async (request) => {
  const exact = await openExact({ ...request, path: `${request.path}.faulty` });
  const index: VectorIndex = Object.create(exact, {
    search: { value: () => Promise.reject(new Error('the native library broke')) },
    count: { get: () => exact.count },
    build: { value: exact.build.bind(exact) },
    add: { value: exact.add.bind(exact) },
    remove: { value: exact.remove.bind(exact) },
    save: { value: exact.save.bind(exact) },
    load: { value: exact.load.bind(exact) },
    close: { value: exact.close.bind(exact) },
  });
  return index;
};
