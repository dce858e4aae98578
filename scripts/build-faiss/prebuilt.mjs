import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from './run.mjs';

/** A connection that is going to be made is made in this time; a slow download of some 30 MB too. */
const LIMIT_MS = 20_000;

/** Asks the package's own installer for its prebuilt library. Undefined when it came, else one line. */
export async function fetchPrebuilt(packageFolder) {
  let installer;
  try {
    installer = createRequire(join(packageFolder, 'package.json')).resolve('prebuild-install/bin.js');
  } catch {
    return 'its installer is missing';
  }
  const { problem } = await run(process.execPath, [installer, '--runtime', 'napi'], {
    cwd: packageFolder,
    limitMs: LIMIT_MS,
  });
  // The installer's own words name servers and files; that it could not be had is all that helps.
  if (problem === undefined) return undefined;
  return problem.startsWith('took') ? `the download ${problem}` : 'the download is out of reach';
}
