import { describe, expect, test } from '@jest/globals';
import { Homecoming } from '../../../plugins/projects/services/homecoming.ts';
import {
  NoRouteError,
  sqliteStoreDriver,
  StoreError,
  type EmbedderStatus,
  type EmbeddingsFactory,
  type HostSettings,
  type KnowledgeStores,
} from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { keepingLogger } from '../../kernel/plugins/plugin-doubles.ts';
import { sourceOf } from '../../stores/support/sources.ts';
import { limit, StoreRig } from '../../stores/support/store-rig.ts';

const SETTINGS = {
  embeddings: { projects: { isEnabled: true, model: 'double' }, userProfile: { isEnabled: false } },
  knowledge: { index: 'auto', maxFileBytes: 1 },
} as unknown as HostSettings;

function statusOf(state: string): EmbedderStatus {
  const facts = { name: 'double' } as EmbedderStatus['facts'];
  return { ref: 'house:double', targetId: 'house', locality: 'local', facts, state, servesPurposes: ['projects'] };
}

/** One store on disk with something that only a stand-in embedded, and a service that looks when it is told to. */
async function makeHome(own: EmbeddingsDouble) {
  const rig = new StoreRig();
  const before = await rig.open(own);
  await before.add([sourceOf('fruit.md', ['apples are red'])], limit());
  await before.close();
  const standIn = new EmbeddingsDouble(spaceDouble('cloud-model', 32), 'cloud');
  standIn.isStandIn = true;
  const away = await rig.open(standIn);
  await away.add([sourceOf('sky.md', ['the sky is blue', 'clouds are white'])], limit());
  await away.close();
  own.embedded.length = 0;
  const home = { state: 'down', opened: 0, failure: undefined as Error | undefined };
  const factory: EmbeddingsFactory = {
    ...embeddingsFactoryDouble(own),
    status: () =>
      Promise.resolve({
        models: [{ ...statusOf(home.state), locality: own.locality }],
        purposes: [
          { purpose: 'projects', isEnabled: true, model: 'double', fallbackToCloud: true, ref: 'house:double' },
        ],
      }),
  };
  const driver = sqliteStoreDriver({
    embeddings: () => factory,
    extensions: createExtensionsDouble([]),
    settings: SETTINGS,
  });
  const knowledge = {
    list: (purpose: string) => Promise.resolve(purpose === 'projects' ? ['notes'] : []),
    locate: () => rig.location,
    open: (purpose: 'projects', name: string, signal: AbortSignal) => {
      home.opened += 1;
      if (home.failure !== undefined) return Promise.reject(home.failure);
      return driver.open({ purpose, name, location: rig.location }, {}, signal);
    },
  } as unknown as KnowledgeStores;
  const due: { run: () => void; delayMs: number }[] = [];
  const armed = Promise.withResolvers<void>();
  let wake = armed.resolve;
  const log = keepingLogger();
  const ended = new AbortController();
  const service = new Homecoming({
    knowledge: () => knowledge,
    embeddings: () => factory,
    settings: SETTINGS,
    clock: { now: () => 0, monotonic: () => 0 },
    log,
    schedule: (run, delayMs) => {
      due.push({ run, delayMs });
      wake();
      return { dispose: () => void due.splice(0) };
    },
  });
  service.start(ended.signal);
  /** Lets the minute pass, and waits until the next look is arranged. */
  const passMinute = async (): Promise<void> => {
    const next = Promise.withResolvers<void>();
    wake = next.resolve;
    const timer = due.shift();
    expect(timer?.delayMs).toBe(60_000);
    timer?.run();
    await next.promise;
  };
  const roles = async (): Promise<unknown> => {
    const store = await rig.open(own);
    const { spaces } = await store.stats(limit());
    await store.close();
    return spaces.map(({ space, vectors }) => [space.name, vectors]);
  };
  const dispose = async (): Promise<void> => {
    ended.abort();
    await rig.dispose();
  };
  return { home, own, log, due, ended, passMinute, roles, [Symbol.asyncDispose]: dispose };
}

describe('bringing vectors home in the background', () => {
  test('waits for the model without loading it, then brings them home once and says so in one line', async () => {
    await using rig = await makeHome(new EmbeddingsDouble(spaceDouble('double', 48)));
    await rig.passMinute();
    expect(rig.own.embedded).toEqual([]);
    rig.home.state = 'ready';
    await rig.passMinute();
    expect(await rig.roles()).toEqual([['double', 3]]);
    expect(rig.log.lines).toEqual(['2 texts of notes were brought home to double in 0.0 s']);
    const { opened } = rig.home;
    rig.own.embedded.length = 0;
    await rig.passMinute();
    await rig.passMinute();
    expect([rig.home.opened - opened, rig.own.embedded]).toEqual([0, []]);
  });

  test('never spends money', async () => {
    await using rig = await makeHome(new EmbeddingsDouble(spaceDouble('double', 48), 'cloud'));
    rig.home.state = 'ready';
    await rig.passMinute();
    expect(await rig.roles()).toEqual([
      ['double', 1],
      ['cloud-model', 2],
    ]);
  });

  test('says nothing of a store that is written to or whose model is gone again, and a fault once', async () => {
    await using rig = await makeHome(new EmbeddingsDouble(spaceDouble('double', 48)));
    rig.home.state = 'ready';
    rig.home.failure = new StoreError('E_STORE_LOCKED', 'another writes', { location: 'x' });
    await rig.passMinute();
    rig.home.failure = new NoRouteError('gone', { reasons: [] });
    await rig.passMinute();
    expect(rig.log.lines).toEqual([]);
    rig.home.failure = new StoreError('E_STORE_CORRUPT', 'a page is torn', { location: 'x' });
    await rig.passMinute();
    await rig.passMinute();
    expect(rig.log.lines).toEqual(['vectors of the store notes were not brought home: a page is torn']);
  });

  test('ends with its host', async () => {
    await using rig = await makeHome(new EmbeddingsDouble(spaceDouble('double', 48)));
    expect(rig.due).toHaveLength(1);
    rig.ended.abort();
    expect(rig.due).toEqual([]);
  });
});
