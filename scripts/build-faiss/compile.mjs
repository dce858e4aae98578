import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run } from './run.mjs';
import { binaryOf } from './try-load.mjs';

/** libfaiss before 1.7.4 has the type only inside its class, where the package's source does not look for it. */
const OLD_LIBFAISS = `#pragma once
#include <faiss/Index.h>
#if FAISS_VERSION_MAJOR == 1 && (FAISS_VERSION_MINOR < 7 || (FAISS_VERSION_MINOR == 7 && FAISS_VERSION_PATCH < 4))
namespace faiss { using idx_t = Index::idx_t; }
#endif
`;
/** The package's own choice of Node-API, and of exceptions. */
const OPTIONS = '-std=c++17 -O2 -fPIC -shared -fopenmp -DNAPI_VERSION=8 -DNODE_ADDON_API_CPP_EXCEPTIONS'.split(' ');
const COMPILE_LIMIT_MS = 120_000;

/** The first C++ compiler there is. */
async function findCompiler() {
  for (const name of ['c++', 'g++', 'clang++']) {
    const { problem } = await run(name, ['--version'], { limitMs: 10_000 });
    if (problem === undefined) return name;
  }
  return undefined;
}

/** Include folders of the two npm packages that are needed, and of the package's own when it brings one. */
function includeFolders(root, packageFolder) {
  const require = createRequire(join(root, 'package.json'));
  const addon = dirname(createRequire(join(packageFolder, 'package.json')).resolve('node-addon-api/package.json'));
  return [addon, require('node-api-headers').include_dir];
}

/**
 * Compiles the package's own source against a libfaiss. `libraries` are what the linker is told, `include` a folder of
 * headers that is not the system's. Undefined when it came out, else one line.
 */
export async function compile({ root, packageFolder, work, libraries, include }) {
  const compiler = await findCompiler();
  if (compiler === undefined) return 'there is no C++ compiler';
  let folders;
  try {
    folders = includeFolders(root, packageFolder);
  } catch {
    return 'the packages node-addon-api and node-api-headers are missing';
  }
  const forced = join(work, 'old-libfaiss.h');
  await writeFile(forced, OLD_LIBFAISS);
  if (include !== undefined) folders.push(include);
  const output = binaryOf(packageFolder);
  await mkdir(dirname(output), { recursive: true });
  const { problem, output: said } = await run(
    compiler,
    [
      ...OPTIONS,
      ...folders.flatMap((folder) => ['-I', folder]),
      '-include',
      forced,
      join(packageFolder, 'src', 'faiss.cc'),
      '-o',
      output,
      ...libraries,
    ],
    { limitMs: COMPILE_LIMIT_MS },
  );
  if (problem === undefined) return undefined;
  const reason = /(?:fatal )?error: .*/.exec(said)?.[0] ?? problem;
  return reason.includes('faiss/') ? 'the system has no headers of libfaiss' : reason;
}

/** Compiles against what the system has installed. */
export function compileAgainstSystem({ root, packageFolder, work }) {
  if (!['/usr/include', '/usr/local/include'].some((folder) => existsSync(join(folder, 'faiss', 'IndexFlat.h')))) {
    return Promise.resolve('the system has no headers of libfaiss');
  }
  return compile({ root, packageFolder, work, libraries: ['-lfaiss', '-lopenblas'] });
}
