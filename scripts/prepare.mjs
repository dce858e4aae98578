/**
 * What follows an install in the repository: the native library of the faiss index, and room on the disk. It takes under
 * a second when nothing is to be done, says one line for what it did, and never fails an install.
 */
import { fileURLToPath } from 'node:url';
import { buildFaiss } from './build-faiss/build-faiss.mjs';
import { prunePlatforms } from './build-faiss/prune-platforms.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function say(line) {
  process.stdout.write(`${line}\n`);
}

const { line } = await buildFaiss({ root: ROOT });
say(line);
try {
  const freed = await prunePlatforms(ROOT);
  if (freed > 0) say(`node_modules: libraries of other platforms deleted, ${Math.round(freed / 1e6)} MB freed`);
} catch (error) {
  say(`node_modules: libraries of other platforms stay (${error.message})`);
}
