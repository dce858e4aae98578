import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

/** Loads the package, puts two vectors in and asks for the nearest: a library that does not fit ends the child, not us. */
const TRIAL = `
const faiss = require(process.argv[1]);
const index = new faiss.IndexFlatIP(2);
index.add([1, 0, 0, 1]);
const { labels } = index.search([0.1, 0.9], 1);
if (labels[0] !== 1) throw new Error('found the wrong vector');
`;

/** Path of the native library inside the package. */
export function binaryOf(packageFolder) {
  return join(packageFolder, 'build', 'Release', 'faiss-node.node');
}

/** Why the native library of the package cannot be used; undefined when it loads and finds the nearer of two vectors. */
export async function tryLoad(packageFolder) {
  if (!existsSync(binaryOf(packageFolder))) return 'the native library is not there';
  const { problem } = await run(process.execPath, ['-e', TRIAL, packageFolder], { limitMs: 20_000 });
  return problem === undefined ? undefined : `the native library does not load: ${problem}`;
}
