import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { readNvidia, readRocm } from './graphics-tools.ts';
import type { GraphicsMemory, MachineMemory } from './machine-memory.ts';

/** A vendor's tool answers in well under a second; one that hangs on a broken driver is not waited for. */
const TOOL_LIMIT_MS = 3_000;
const MIB = 1024 * 1024;
/** Share of unified memory that macOS lets the graphics use by default, for machines of 36 GB and less and for larger ones. */
const UNIFIED_SHARE = { small: 2 / 3, large: 3 / 4, largeFromMiB: 36 * 1024 } as const;
/** Limits of the control groups of Linux, version 2 and version 1; `max` and huge numbers are none. */
const LIMIT_FILES = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];

/** What is asked of the machine; tests give their own. */
export interface MachineSource {
  readonly platform: string;
  readonly architecture: string;
  totalBytes(): number;
  freeBytes(): number;
  /** Output of a program; rejects when it is not there, fails, or is not done when the signal aborts. */
  run(program: string, argumentList: readonly string[], signal: AbortSignal): Promise<string>;
  read(path: string): Promise<string>;
}

const run = promisify(execFile);

const THIS_MACHINE: MachineSource = {
  platform: process.platform,
  architecture: process.arch,
  totalBytes: totalmem,
  freeBytes: freemem,
  run: async (program, argumentList, signal) =>
    (await run(program, argumentList, { signal, timeout: TOOL_LIMIT_MS, windowsHide: true })).stdout,
  read: (path) => readFile(path, 'utf8'),
};

async function limitMiB(source: MachineSource, totalMiB: number): Promise<number | undefined> {
  if (source.platform !== 'linux') return undefined;
  for (const path of LIMIT_FILES) {
    const text = await source.read(path).catch(() => '');
    const limit = Math.floor(Number(text.trim()) / MIB);
    if (text.trim() !== '' && Number.isFinite(limit) && limit > 0 && limit < totalMiB) return limit;
  }
  return undefined;
}

/** Cards of both vendors; a tool that is missing or fails tells of none. */
async function graphicsOf(source: MachineSource, signal: AbortSignal): Promise<readonly GraphicsMemory[]> {
  if (source.platform === 'darwin') return [];
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TOOL_LIMIT_MS)]);
  const ask = (program: string, ...argumentList: string[]): Promise<string> =>
    source.run(program, argumentList, limited).catch(() => '');
  const [nvidia, rocm] = await Promise.all([
    ask('nvidia-smi', '--query-gpu=name,memory.total,memory.free', '--format=csv,noheader,nounits'),
    ask('rocm-smi', '--showproductname', '--showmeminfo', 'vram', '--json'),
  ]);
  signal.throwIfAborted();
  return [...readNvidia(nvidia), ...readRocm(rocm)];
}

/**
 * Memory of this machine: of the processor, with the limit of its container, and of graphics cards as `nvidia-smi` and
 * `rocm-smi` tell it, within three seconds. Throws only when the signal aborts.
 */
export async function readMachine(signal: AbortSignal, source: MachineSource = THIS_MACHINE): Promise<MachineMemory> {
  signal.throwIfAborted();
  const totalMiB = Math.floor(source.totalBytes() / MIB);
  const limit = await limitMiB(source, totalMiB);
  const isUnified = source.platform === 'darwin' && source.architecture === 'arm64';
  const share = totalMiB > UNIFIED_SHARE.largeFromMiB ? UNIFIED_SHARE.large : UNIFIED_SHARE.small;
  return {
    totalMiB,
    freeMiB: Math.floor(source.freeBytes() / MIB),
    ...(limit === undefined ? {} : { limitMiB: limit }),
    usableMiB: isUnified ? Math.floor(totalMiB * share) : (limit ?? totalMiB),
    isUnified,
    graphics: await graphicsOf(source, signal),
  };
}
