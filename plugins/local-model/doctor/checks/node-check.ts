import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostPackage } from 'wooster';
import { z } from 'zod';
import type { CheckBody } from '../doctor-ports.ts';

const manifestSchema = z.object({ engines: z.object({ node: z.string().regex(/^>=\d+\.\d+$/) }) });

function numbersOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.replace('>=', '').split('.').map(Number);
  return [major, minor];
}

/** Whether a version of Node is at least that of the package; older ones lack functions that are used. */
export function nodeCheck(version: string = process.versions.node): CheckBody {
  return {
    async run() {
      const text = await readFile(join(hostPackage().directory, 'package.json'), 'utf8');
      const { engines } = manifestSchema.parse(JSON.parse(text));
      const [[wantedMajor, wantedMinor], [major, minor]] = [numbersOf(engines.node), numbersOf(version)];
      const wanted = `${wantedMajor}.${wantedMinor}`;
      if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) {
        return [{ state: 'ok', summary: `${version} (${wanted} or later is needed)` }];
      }
      const remedy = `install Node ${wanted} or later, or run Wooster by "npx -y pnpm@12 dev", which brings its own`;
      return [{ state: 'fault', summary: `${version} is too old: ${wanted} or later is needed`, remedy }];
    },
  };
}
