import { existsSync, readFileSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import type { FileLayer, WrittenFile } from '../../../src/kernel/files/file-layer.ts';

/** Thrown by the step at which the power goes. */
export class PowerLoss extends Error {}

/** Length of what a disk writes whole or not at all. */
const BLOCK_BYTES = 512;

class DiskFile {
  bytes: Buffer;
  /** What is on the disk for sure. */
  synced: Buffer;

  constructor(bytes: Buffer = Buffer.alloc(0), synced: Buffer = Buffer.alloc(0)) {
    this.bytes = bytes;
    this.synced = synced;
  }

  write(bytes: Uint8Array, position = this.bytes.length): void {
    const gap = Buffer.alloc(Math.max(0, position - this.bytes.length));
    const rest = this.bytes.subarray(position + bytes.length);
    this.bytes = Buffer.concat([this.bytes.subarray(0, position), gap, bytes, rest]);
  }

  /** Every content that may be found after the power went. */
  survivors(): readonly Buffer[] {
    const { bytes, synced } = this;
    if (bytes.equals(synced)) return [bytes];
    const torn = Math.floor(Math.max(0, bytes.length - 1) / BLOCK_BYTES) * BLOCK_BYTES;
    const zeros = (length: number): Buffer => Buffer.alloc(Math.max(0, bytes.length - length));
    // The last: what was written last reached the disk first.
    const head = Math.min(BLOCK_BYTES, torn);
    return [
      bytes,
      synced,
      bytes.subarray(0, torn),
      Buffer.concat([synced, zeros(synced.length)]),
      Buffer.concat([bytes.subarray(0, head), zeros(head)]),
    ];
  }
}

class DiskFolder {
  /** What is in it now, and what is in it for sure. */
  readonly names = new Map<string, DiskNode>();
  lasting = new Map<string, DiskNode>();
}

type DiskNode = DiskFile | DiskFolder;

function survivorsOf(node: DiskNode | undefined): readonly (Buffer | undefined)[] {
  return node instanceof DiskFile ? node.survivors() : [undefined];
}

function partsOf(path: string): readonly string[] {
  return path.split(sep).filter((part) => part !== '' && part !== '.');
}

/**
 * A disk in memory whose power goes at a step. Bytes that were not synced are lost, kept, torn in the last block, or
 * written in another order; each name that was not synced is the former or the new one. `survivors` and `folders` tell
 * every state that a person may then find. A file that another program wrote, as SQLite does, is taken from the real disk
 * when it is first touched, and nothing of it is lasting.
 */
export class LosingDisk implements FileLayer {
  readonly #root = new DiskFolder();
  #left: number;

  constructor(before: ReadonlyMap<string, Buffer>, powerLossAt: number) {
    for (const [path, bytes] of before) {
      const file = new DiskFile(bytes, bytes);
      const folder = this.#folderOf(path);
      for (const names of [folder.names, folder.lasting]) names.set(partsOf(path).at(-1)!, file);
    }
    this.#left = powerLossAt;
  }

  async create(path: string): Promise<WrittenFile> {
    this.#step();
    const file = new DiskFile();
    this.#put(path, file);
    return {
      write: async (bytes, position) => {
        // The power may go when a part is written.
        if (this.#left > 0) file.write(bytes, position);
        this.#step();
      },
      sync: async () => {
        this.#step();
        file.synced = file.bytes;
      },
      close: async () => undefined,
    };
  }

  async makeFolder(path: string): Promise<string | undefined> {
    this.#step();
    const parts = partsOf(path);
    let first: string | undefined;
    let folder = this.#root;
    for (const [at, name] of parts.entries()) {
      let next = folder.names.get(name);
      if (next === undefined) {
        next = new DiskFolder();
        folder.names.set(name, next);
        let place = path;
        for (let up = at + 1; up < parts.length; up += 1) place = dirname(place);
        first ??= place;
      }
      folder = next as DiskFolder;
    }
    return first;
  }

  async link(from: string, to: string): Promise<void> {
    this.#step();
    if (this.#nodeAt(to) !== undefined) throw Object.assign(new Error('it is there'), { code: 'EEXIST' });
    this.#put(to, this.#taken(from));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step();
    this.#put(to, this.#taken(from));
    this.#folderOf(from).names.delete(partsOf(from).at(-1)!);
  }

  async remove(path: string): Promise<void> {
    this.#step();
    this.#folderOf(path).names.delete(partsOf(path).at(-1)!);
  }

  removeFolder(path: string): Promise<void> {
    return this.remove(path);
  }

  async sync(path: string): Promise<void> {
    this.#step();
    const node = this.#taken(path);
    if (node instanceof DiskFile) node.synced = node.bytes;
    else node.lasting = new Map(node.names);
  }

  /** Every content that a file may have after the power went; undefined where it may not be there. */
  survivors(path: string): readonly (Buffer | undefined)[] {
    return this.#found(path).flatMap(survivorsOf);
  }

  /** Every content that a folder of files may have after the power went; undefined where it may not be there. */
  folders(path: string): readonly (Readonly<Record<string, Buffer>> | undefined)[] {
    return this.#found(path).flatMap((node): (Record<string, Buffer> | undefined)[] => {
      if (!(node instanceof DiskFolder)) return [undefined];
      const names = new Set([...node.names.keys(), ...node.lasting.keys()]);
      let states: Record<string, Buffer>[] = [{}];
      for (const name of names) {
        const contents = [...new Set([node.names.get(name), node.lasting.get(name)])].flatMap(survivorsOf);
        states = states.flatMap((state) =>
          contents.map((bytes) => (bytes === undefined ? state : { ...state, [name]: bytes })),
        );
      }
      return states;
    });
  }

  #found(path: string): readonly (DiskNode | undefined)[] {
    let found = new Set<DiskNode | undefined>([this.#root]);
    for (const name of partsOf(path)) {
      const inside = [...found].flatMap((node) =>
        node instanceof DiskFolder ? [node.names.get(name), node.lasting.get(name)] : [undefined],
      );
      found = new Set(inside);
    }
    return [...found];
  }

  #nodeAt(path: string): DiskNode | undefined {
    let node: DiskNode | undefined = this.#root;
    for (const name of partsOf(path)) node = node instanceof DiskFolder ? node.names.get(name) : undefined;
    return node;
  }

  #taken(path: string): DiskNode {
    const known = this.#nodeAt(path);
    if (known !== undefined) return known;
    if (!existsSync(path)) throw Object.assign(new Error(`nothing is at ${path}`), { code: 'ENOENT' });
    const file = new DiskFile(readFileSync(path));
    this.#put(path, file);
    return file;
  }

  #put(path: string, node: DiskNode): void {
    this.#folderOf(path).names.set(partsOf(path).at(-1)!, node);
  }

  /** The folder of a file; one that nobody made was there before. */
  #folderOf(path: string): DiskFolder {
    let folder = this.#root;
    for (const name of partsOf(path).slice(0, -1)) {
      const next = (folder.names.get(name) as DiskFolder | undefined) ?? new DiskFolder();
      if (!folder.names.has(name)) for (const names of [folder.names, folder.lasting]) names.set(name, next);
      folder = next;
    }
    return folder;
  }

  #step(): void {
    this.#left -= 1;
    // Nothing that comes after it reaches the disk either.
    if (this.#left <= 0) throw new PowerLoss();
  }
}

/** What a disk holds after the power went at a step, or, with `isDone`, after work that was done. */
interface LostPower {
  readonly disk: LosingDisk;
  readonly isDone: boolean;
}

/** Does the work with the power going at each of its steps; the disk after each. */
export async function atEachStep(
  work: (disk: LosingDisk) => Promise<unknown>,
  before: ReadonlyMap<string, Buffer> = new Map(),
): Promise<readonly LostPower[]> {
  const disks: LostPower[] = [];
  for (let step = 1; step < 100; step += 1) {
    const disk = new LosingDisk(before, step);
    try {
      await work(disk);
      return [...disks, { disk, isDone: true }];
    } catch (error) {
      // What the work makes of it is its own.
      if (!(error instanceof PowerLoss) && !((error as Error).cause instanceof PowerLoss)) throw error;
      disks.push({ disk, isDone: false });
    }
  }
  throw new Error('it never ends');
}
