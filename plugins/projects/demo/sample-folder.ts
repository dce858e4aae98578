import { randomInt } from 'node:crypto';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileAccessError } from 'wooster';

/** Words of the codes, so that a person can read one aloud. */
const BIRDS = ['HERON', 'PUFFIN', 'GANNET', 'CURLEW', 'PLOVER', 'SHRIKE'];

/** A copy of the sample with something in it that no model can know. */
interface SampleFolder {
  readonly folder: string;
  /** Was made now and stands in one file of the folder. */
  readonly code: string;
}

function makeCode(): string {
  return `${BIRDS[randomInt(BIRDS.length)]}-${randomInt(1000, 10_000)}`;
}

/** Copies the sample project to where it may be written to, and writes a code of this moment into it. E_FILE when it cannot. */
export async function prepareSample(source: string, folder: string): Promise<SampleFolder> {
  const code = makeCode();
  try {
    await mkdir(folder, { recursive: true });
    await cp(source, folder, { recursive: true, preserveTimestamps: true });
    await writeFile(
      join(folder, 'notes', 'door-code.md'),
      `# Door of the engine room\n\nThe code of the door of the engine room was changed today. The new code is ${code}.\n`,
    );
  } catch (cause) {
    throw new FileAccessError(`the sample project cannot be copied to ${folder}: check its permissions and its disk`, {
      path: folder,
      cause,
    });
  }
  return { folder, code };
}
