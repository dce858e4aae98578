import type { EmbeddingsFactory, EmbeddingSpace } from '../../../src/index.ts';
import { spaceOf } from '../../../src/index.ts';
import { StoreLink } from '../../../src/stores/link/store-link.ts';
import { CanaryWatch } from '../../../src/stores/spaces/canary-watch.ts';
import type { StorePorts } from '../../../src/stores/store-ports.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { limit } from '../support/store-rig.ts';

/** What a part of a store gets, over a store that is opened for it; closed by its link. */
export async function openPorts(location: string, factory: EmbeddingsFactory): Promise<StorePorts> {
  const purpose = 'projects';
  const name = 'rig';
  const link = new StoreLink(location);
  await link.call('open', { purpose, name, location, create: false }, limit());
  const settings = { isEnabled: true, model: 'double', fallbackToCloud: false };
  return {
    purpose,
    name,
    location,
    link,
    environment: {
      embeddings: () => factory,
      extensions: createExtensionsDouble([]),
      settings: {
        knowledge: { index: 'auto', maxFileBytes: 1 },
        embeddings: { projects: settings, userProfile: settings },
      },
    },
    canaries: new CanaryWatch({ purpose, name, location, link }),
    embeddings: (signal) => factory.for(purpose, signal),
    inTurn: (_task, _signal, work) => work(),
    useIndexes: () => Promise.resolve([]),
  };
}

/** The space of another build of the double: the same name, and so the same vectors, with an identity of its own. */
export function buildOfDouble(quantization: string, dimensions = 64): EmbeddingSpace {
  return spaceOf(
    {
      name: 'double',
      pooling: 'mean',
      isNormalized: true,
      queryPrefix: '',
      documentPrefix: '',
      quantization,
      shorterDimensions: [],
    },
    dimensions,
  );
}

/** Another build: every number a little off, as 8-bit weights make it. */
export function nearly(vector: Float32Array): Float32Array {
  return vector.map((value, at) => value + (at % 2 === 0 ? 0.005 : -0.005));
}

/** Another model: the same length, other numbers. */
export function turned(vector: Float32Array): Float32Array {
  return vector.toReversed();
}
