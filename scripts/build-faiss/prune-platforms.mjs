import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Packages that bring the libraries of every platform: `<folder>/<platform>/<architecture>`. */
const CROWDED = [{ name: 'onnxruntime-node', folder: join('bin', 'napi-v6') }];

async function entriesOf(folder) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Where pnpm or npm put the package: both places are looked at, so that it need not be a direct dependency. */
async function findPackages(root, name) {
  const modules = join(root, 'node_modules');
  const virtual = (await entriesOf(join(modules, '.pnpm'))).filter((entry) => entry.name.startsWith(`${name}@`));
  return [join(modules, name), ...virtual.map((entry) => join(modules, '.pnpm', entry.name, 'node_modules', name))];
}

/** Bytes that go with a folder: a file with other hard links (a store of packages) goes on taking its room there. */
async function bytesFreed(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const facts = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))),
  );
  return facts.reduce((sum, { size, nlink }) => sum + (nlink === 1 ? size : 0), 0);
}

async function foreignFolders(libraries) {
  const platforms = (await entriesOf(libraries)).filter((entry) => entry.isDirectory());
  const own = platforms.find((entry) => entry.name === process.platform);
  const architectures = own === undefined ? [] : await entriesOf(join(libraries, own.name));
  // Where our own is missing the layout is not the one we know, and nothing is touched.
  if (!architectures.some((entry) => entry.name === process.arch)) return [];
  return [
    ...platforms.filter((entry) => entry !== own).map((entry) => join(libraries, entry.name)),
    ...architectures
      .filter((entry) => entry.name !== process.arch)
      .map((entry) => join(libraries, own.name, entry.name)),
  ];
}

/**
 * Deletes libraries of other platforms from node_modules, and from nowhere else. Links of the package store are deleted,
 * not what they link to. Answers the bytes that this freed.
 */
export async function prunePlatforms(root) {
  const modules = await realpath(join(root, 'node_modules'));
  let freed = 0;
  for (const { name, folder } of CROWDED) {
    for (const candidate of await findPackages(root, name)) {
      const real = await realpath(candidate).catch(() => undefined);
      // A package outside (a store shared by clones) serves others too.
      if (real === undefined || !real.startsWith(modules + sep)) continue;
      for (const foreign of await foreignFolders(join(real, folder))) {
        freed += await bytesFreed(foreign);
        await rm(foreign, { recursive: true, force: true });
      }
    }
  }
  return freed;
}
