import { parseJson } from 'wooster';
import { asObject, asText } from '../client/dialects/json-fields.ts';
import type { GraphicsMemory } from './machine-memory.ts';

const MIB = 1024 * 1024;

/** Reads `nvidia-smi --query-gpu=name,memory.total,memory.free --format=csv,noheader,nounits`: one card a line, MiB. */
export function readNvidia(output: string): readonly GraphicsMemory[] {
  return output.split('\n').flatMap((line) => {
    const fields = line.split(',').map((field) => field.trim());
    // A name may hold commas; the two numbers are last.
    const [totalMiB, freeMiB] = fields.slice(-2).map(Number);
    if (fields.length < 3 || totalMiB === undefined || !(totalMiB > 0)) return [];
    const name = fields.slice(0, -2).join(', ');
    return [{ name, totalMiB, ...(Number.isFinite(freeMiB) ? { freeMiB } : {}) }];
  });
}

/** Reads `rocm-smi --showproductname --showmeminfo vram --json`: an object a card, bytes as texts. */
export function readRocm(output: string): readonly GraphicsMemory[] {
  const cards = Object.entries(asObject(parseJson(output)) ?? {});
  return cards.flatMap(([id, value]) => {
    const fields = asObject(value) ?? {};
    const total = Number(fields['VRAM Total Memory (B)']);
    const used = Number(fields['VRAM Total Used Memory (B)']);
    if (!(total > 0)) return [];
    const name = asText(fields['Card Series']) ?? asText(fields['Card series']) ?? id;
    const totalMiB = Math.floor(total / MIB);
    return [{ name, totalMiB, ...(Number.isFinite(used) ? { freeMiB: Math.floor((total - used) / MIB) } : {}) }];
  });
}
