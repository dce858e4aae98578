import { servedModels, type World } from './world.ts';

/** A model that a fake can fetch: its name begins so. */
const FETCHABLE = 'pullable';

/** Bytes of a model that is fetched. */
export const DOWNLOAD_BYTES = 4_000;

/** How far one model has come. */
export interface Download {
  readonly id: string;
  readonly model: string;
  done: number;
  isCancelled: boolean;
}

/** Of each fake since its last reset, which makes a new list of models. */
const started = new WeakMap<World['models'], Map<string, Download>>();

/** Whether there is such a model to fetch. */
export function isFetchable(name: string): boolean {
  return name.startsWith(FETCHABLE);
}

/** The download of a model: the one that was begun before, where it was left. */
export function downloadOf(world: World, model: string): Download {
  const all = started.get(world.models) ?? new Map<string, Download>();
  started.set(world.models, all);
  const known = all.get(model) ?? { id: `job-${all.size + 1}`, model, done: 0, isCancelled: false };
  all.set(model, known);
  return known;
}

/** The download with this id. */
export function findDownload(world: World, id: string): Download | undefined {
  return [...(started.get(world.models)?.values() ?? [])].find((download) => download.id === id);
}

/** The model has come so far; once it is whole it is listed. */
export function advance(world: World, download: Download, done: number): void {
  download.done = Math.min(DOWNLOAD_BYTES, done);
  const isWhole = download.done === DOWNLOAD_BYTES;
  if (!isWhole || world.models.some(({ id }) => id === download.model)) return;
  world.models.push(
    ...servedModels({ dialect: world.options.dialect, models: [{ id: download.model, isLoaded: false }] }),
  );
}
