import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** One logical processor as the operating system names it: which core of which package it is a thread of. */
interface LogicalProcessor {
  readonly packageId: number;
  readonly coreId: number;
}

/** Physical cores minus one, at least 1: a core stays free for the host, because a contended engine slows many times over. */
export function threadsFor(cores: number): number {
  return Math.max(1, Math.floor(cores) - 1);
}

/** Counts distinct cores; two hardware threads of one core count once. */
export function physicalCores(processors: readonly LogicalProcessor[]): number {
  return new Set(processors.map(({ packageId, coreId }) => `${packageId}:${coreId}`)).size;
}

/**
 * Threads for an engine on this machine. Linux tells the topology under /sys; elsewhere every logical processor of an
 * x64 machine is taken for half a core and of an arm64 machine (no hardware threads) for one.
 */
export function defaultThreads(): number {
  const logical = cpus().length;
  const topology = readTopology(logical);
  if (topology !== undefined) return threadsFor(physicalCores(topology));
  return threadsFor(process.arch === 'x64' && logical > 2 ? logical / 2 : logical);
}

function readTopology(logical: number): LogicalProcessor[] | undefined {
  if (process.platform !== 'linux' || logical === 0) return undefined;
  try {
    return Array.from({ length: logical }, (_, index) => ({
      packageId: readTopologyNumber(index, 'physical_package_id'),
      coreId: readTopologyNumber(index, 'core_id'),
    }));
  } catch {
    // Sandboxes hide /sys, and processors that are switched off have no topology: the caller estimates instead.
    return undefined;
  }
}

function readTopologyNumber(processor: number, name: string): number {
  const value = Number(readFileSync(`/sys/devices/system/cpu/cpu${processor}/topology/${name}`, 'utf8').trim());
  if (!Number.isInteger(value)) throw new Error(`no number in ${name}`);
  return value;
}
