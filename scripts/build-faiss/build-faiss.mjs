/**
 * Sets up the native library of faiss-node where that is possible, and says in one line what it did:
 *
 *   node scripts/build-faiss/build-faiss.mjs
 *
 * In order: what is there, what an earlier run kept in the user's cache, the package's own prebuilt library, the
 * system's headers, Debian packages unpacked into a folder of their own. Everything works without it, so it ends with 0.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache-folder.mjs';
import { compileAgainstSystem } from './compile.mjs';
import { compileWithDebianPackages } from './debian.mjs';
import { fetchPrebuilt } from './prebuilt.mjs';
import { binaryOf, tryLoad } from './try-load.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REPEAT = 'node scripts/build-faiss/build-faiss.mjs';
/** After a failure an install step does not try again for a day; a run by hand does. */
const PAUSE_MS = 24 * 60 * 60 * 1000;

/** In this order; the first that leads to a library that loads is the last that is tried. */
const WAYS = [
  { title: 'its prebuilt library', make: ({ packageFolder }) => fetchPrebuilt(packageFolder) },
  { title: "compiled against the system's libfaiss", make: compileAgainstSystem },
  {
    title: 'compiled with Debian packages that were unpacked, not installed',
    make: compileWithDebianPackages,
  },
];

async function bytesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** Puts a whole folder in place of another at once, so that nobody sees half of it. */
async function replaceFolder(from, to) {
  await mkdir(dirname(to), { recursive: true });
  const beside = `${to}.${process.pid}.part`;
  await rm(beside, { recursive: true, force: true });
  await cp(from, beside, { recursive: true });
  await rm(to, { recursive: true, force: true });
  await rename(beside, to);
}

async function tryCache(kept, packageFolder) {
  const release = dirname(binaryOf(packageFolder));
  try {
    await replaceFolder(kept, release);
  } catch {
    // Nothing was kept, or it cannot be copied: the other ways follow.
    return false;
  }
  return (await tryLoad(packageFolder)) === undefined;
}

async function tryWays(packageFolder, root) {
  const release = dirname(binaryOf(packageFolder));
  const reasons = [];
  const work = await mkdtemp(join(await makeFolder(cacheFolder()), 'faiss-build-'));
  try {
    for (const { title, make } of WAYS) {
      await rm(release, { recursive: true, force: true });
      const problem = (await make({ root, packageFolder, work })) ?? (await tryLoad(packageFolder));
      if (problem === undefined) return { title, reasons };
      reasons.push(problem);
    }
    await rm(release, { recursive: true, force: true });
    return { title: undefined, reasons };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function makeFolder(folder) {
  await mkdir(folder, { recursive: true });
  return folder;
}

async function failedLately(marker) {
  try {
    const { at, line } = JSON.parse(await readFile(marker, 'utf8'));
    return Date.now() - at < PAUSE_MS ? line : undefined;
  } catch {
    return undefined;
  }
}

async function setUp({ packageFolder, root, isPatient }) {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  if ((await tryLoad(packageFolder)) === undefined) {
    return { state: 'present', line: `faiss-node ${version}: there and loads` };
  }
  // Node-API 8 is the ABI: one library serves every Node there is.
  const kept = join(cacheFolder(), `faiss-node-${version}-napi8-${process.platform}-${process.arch}`);
  const marker = `${kept}.failed.json`;
  if (await tryCache(kept, packageFolder)) {
    const size = megabytes(await bytesOf(kept));
    return { state: 'kept', line: `faiss-node ${version}: copied from ${kept} (${size})` };
  }
  const earlier = isPatient ? undefined : await failedLately(marker);
  if (earlier !== undefined) return { state: 'missing', line: earlier };
  const { title, reasons } = await tryWays(packageFolder, root);
  if (title === undefined) {
    const line = `faiss-node ${version}: no native library (${reasons.join('; ')}); indexes are searched without it. With libfaiss-dev, libopenblas-dev and g++ installed: ${REPEAT}`;
    await writeFile(marker, JSON.stringify({ at: Date.now(), line }));
    return { state: 'missing', line };
  }
  const release = dirname(binaryOf(packageFolder));
  await replaceFolder(release, kept);
  await rm(marker, { force: true });
  const size = megabytes(await bytesOf(release));
  return { state: 'made', line: `faiss-node ${version}: ${title}; added ${size}, kept in ${kept} for other clones` };
}

/**
 * Sets the library up for the faiss-node in `root`; never throws. `state` is `present`, `kept`, `made`, `missing` or
 * `absent` (no such package, which is optional), `line` what to tell. Without `isPatient` a failure of today is repeated.
 */
export async function buildFaiss({ root = ROOT, isPatient = false } = {}) {
  let packageFolder;
  try {
    packageFolder = realpathSync(join(root, 'node_modules', 'faiss-node'));
  } catch {
    return { state: 'absent', line: 'faiss-node: not installed, and not needed' };
  }
  try {
    return await setUp({ packageFolder, root, isPatient });
  } catch (error) {
    return {
      state: 'missing',
      line: `faiss-node: could not be set up (${error.message}); indexes are searched without`,
    };
  }
}

/** Whether this file is the program, and not imported by one. */
function isProgram() {
  try {
    return realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url);
  } catch {
    // What was given is no file, so it is not this one.
    return false;
  }
}

if (isProgram()) {
  const { line } = await buildFaiss({ isPatient: true });
  process.stdout.write(`${line}\n`);
}
