import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** Name and version of an installed package. */
export function versionOf(name: string): string {
  try {
    const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
  } catch {
    // Optional packages need not be there.
    return `${name} not installed`;
  }
}

/** The machine as far as figures depend on it. */
export function machine(): string {
  const all = cpus();
  return `${all.length} cores (${all[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`;
}

/** A table in Markdown; all columns but the first are figures. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map((_, at) => (at === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
