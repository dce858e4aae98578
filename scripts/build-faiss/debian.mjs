import { cp, mkdir, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compile } from './compile.mjs';
import { run } from './run.mjs';
import { binaryOf } from './try-load.mjs';

/** Package and the library of it that goes beside ours; libquadmath is there on Intel only. */
const PACKAGES = [
  { name: 'libfaiss-dev' },
  { name: 'libopenblas0-pthread', library: 'libopenblas.so.0' },
  { name: 'libgfortran5', library: 'libgfortran.so.5' },
  { name: 'libquadmath0', library: 'libquadmath.so.0', isOptional: true },
  { name: 'libgomp1', library: 'libgomp.so.1' },
];
const APT = ['-q', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=10', '-o', 'Acquire::https::Timeout=10'];
const DOWNLOAD_LIMIT_MS = 60_000;

/** Fetches one Debian package into `work` and unpacks it into `unpacked`, without installing it. */
async function fetchPackage({ name }, work, unpacked) {
  const before = new Set(await readdir(work));
  const { problem } = await run('apt-get', [...APT, 'download', name], { cwd: work, limitMs: DOWNLOAD_LIMIT_MS });
  if (problem !== undefined) return `the package ${name} cannot be fetched`;
  const file = (await readdir(work)).find((each) => each.endsWith('.deb') && !before.has(each));
  if (file === undefined) return `the package ${name} did not come`;
  const unpacking = await run('dpkg', ['-x', file, unpacked], { cwd: work, limitMs: DOWNLOAD_LIMIT_MS });
  return unpacking.problem === undefined ? undefined : `the package ${name} cannot be unpacked`;
}

/** An image may come without package lists; only root can fetch them. */
async function fillEmptyLists() {
  const { output } = await run('apt-cache', ['policy', 'libfaiss-dev'], { limitMs: 20_000 });
  if (/Candidate: \d/.test(output) || process.getuid?.() !== 0) return;
  await run('apt-get', [...APT, 'update'], { limitMs: DOWNLOAD_LIMIT_MS });
}

async function findFile(folder, name) {
  for (const entry of await readdir(folder, { recursive: true })) {
    if (entry.endsWith(`/${name}`)) return join(folder, entry);
  }
  return undefined;
}

/** Puts the libraries beside ours, so that it finds them wherever the folder is copied to. */
async function copyLibraries(unpacked, target) {
  await mkdir(target, { recursive: true });
  for (const { library, isOptional } of PACKAGES) {
    if (library === undefined) continue;
    const found = await findFile(unpacked, library);
    if (found !== undefined) await cp(await realpath(found), join(target, library));
    else if (isOptional !== true) return `${library} is not in its package`;
  }
  return undefined;
}

/**
 * On Debian and what is made of it: headers and libraries by the system's package client, without root and without
 * installing, linked so that the result needs nothing of the system but its C library. Undefined when it came out.
 */
export async function compileWithDebianPackages({ root, packageFolder, work }) {
  if (process.platform !== 'linux') return 'there is no apt-get';
  const present = await run('apt-get', ['--version'], { limitMs: 10_000 });
  if (present.problem !== undefined) return 'there is no apt-get';
  await fillEmptyLists();
  const unpacked = join(work, 'unpacked');
  await mkdir(unpacked, { recursive: true });
  for (const each of PACKAGES) {
    const problem = await fetchPackage(each, work, unpacked);
    if (problem !== undefined && each.isOptional !== true) return problem;
  }
  const archive = await findFile(unpacked, 'libfaiss.a');
  if (archive === undefined) return 'libfaiss-dev brings no static library';
  const beside = join(dirname(binaryOf(packageFolder)), 'lib');
  const missing = await copyLibraries(unpacked, beside);
  if (missing !== undefined) return missing;
  return compile({
    root,
    packageFolder,
    work,
    include: join(unpacked, 'usr', 'include'),
    libraries: [
      `-L${dirname(archive)}`,
      '-l:libfaiss.a',
      `-L${beside}`,
      '-l:libopenblas.so.0',
      '-Wl,-rpath,$ORIGIN/lib',
      // The old kind of path also serves the libraries that our library's libraries need.
      '-Wl,--disable-new-dtags',
      `-Wl,-rpath-link,${beside}`,
    ],
  });
}
