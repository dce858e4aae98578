import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copySources } from './egress-house.ts';

/** One change that takes a piece of a layer away. */
interface Patch {
  readonly file: string;
  /** Must occur exactly once, or there is no broken build to prove anything with. */
  readonly text: string;
  readonly instead: string;
}

/** What keeps a local-only call on this machine, each a layer that knows nothing of the others. */
export const LAYERS: Readonly<Record<string, readonly Patch[]>> = {
  /** No cloud is a candidate, and none is looked at. */
  routing: [
    {
      file: 'src/kernel/config/normalise/permission.ts',
      text: "['routing.localOnly', (value) => value === true],",
      instead: "['routing.localOnly', () => false],",
    },
    {
      file: 'src/routing/filters/privacy.ts',
      text: "if (candidate.model.locality.value === 'local') return undefined;",
      instead: 'if (candidate !== undefined) return undefined;',
    },
    {
      file: 'src/routing/targets/provider-registry.ts',
      text: '#mayEverUse({ noTraining }: ProviderEntry): boolean {',
      instead: '#mayEverUse({ noTraining }: ProviderEntry): boolean {\n    if (noTraining === undefined) return true;',
    },
  ],
  /** The client of a cloud sends nothing without a permit. */
  permits: [
    {
      file: 'src/kernel/http/guarded-http.ts',
      text: 'if (needsPermit && !permits.isIssued(permit, providerId)) {',
      instead: 'if (needsPermit && providerId === permits.toString()) {',
    },
  ],
  /** Nothing is fetched. */
  downloads: [
    {
      file: 'src/kernel/config/normalise/runtime.ts',
      text: "readings.all('routing.localOnly').find(({ value }) => value === true)",
      instead: "readings.all('routing.localOnly').find(() => false)",
    },
  ],
  /** The process, its threads and its children reach nothing but this machine. */
  process: [
    {
      file: 'src/host/guard-process.ts',
      text: 'if (localOnly === undefined) return undefined;',
      instead: 'if (localOnly === undefined || localOnly !== undefined) return undefined;',
    },
  ],
};

/** Applies one patch to the text of a file; throws where the text is not there once. */
export function applyPatch(source: string, { file, text, instead }: Patch): string {
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} times \`${text}\`, which the broken build replaces`);
  return parts.join(instead);
}

/** A copy of the sources without the named layers, which is removed when it is disposed. */
export function breakBuild(repository: string, layers: readonly string[]): Disposable & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'wooster-broken-'));
  copySources(repository, root);
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  for (const patch of layers.flatMap((layer) => LAYERS[layer] ?? [])) {
    const path = join(root, patch.file);
    writeFileSync(path, applyPatch(readFileSync(path, 'utf8'), patch));
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
