import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';

/** A piece of a loaded document. */
export interface LoadedPart {
  readonly text: string;
  readonly headings: readonly string[];
  readonly page?: number;
  readonly line?: number;
}

/** Turns one kind of file into text; a broken file is a contract error that names it. */
export interface Loader {
  readonly id: string;
  readonly mediaTypes: readonly string[];
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
  load(content: Uint8Array, path: string, signal: AbortSignal): Promise<readonly LoadedPart[]>;
}

/** Loaders by kind of file. */
export const LOADERS: ExtensionPoint<Loader> = defineExtensionPoint<Loader>({
  id: 'loaders',
  summary: 'readers of document formats',
  idOf: (loader) => loader.id,
});
