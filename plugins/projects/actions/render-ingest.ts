import { style, table, type RenderContext } from 'wooster';
import type { z } from 'zod';
import type { ingestResultSchema } from './ingest.ts';

type Result = z.output<typeof ingestResultSchema>;

/** Files that are listed one by one; the rest is a count, and all of them with `--json`. */
const LISTED = 10;

/** `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function listed<Item>(items: readonly Item[], title: string, write: (item: Item) => string): string[] {
  if (items.length === 0) return [];
  const rest = items.length - LISTED;
  return [
    '',
    title,
    ...items.slice(0, LISTED).map(write),
    ...(rest > 0 ? [`  and ${rest} more; all with --json`] : []),
  ];
}

function summary(result: Result, context: RenderContext): string {
  const { added, changed, moved, unchanged, removed } = result;
  const rows = [
    [
      'files',
      `${result.files}`,
      `${added} added, ${changed} changed, ${moved} moved, ${unchanged} unchanged, ${removed} removed`,
    ],
    ['passages new', `${result.chunks}`, `${result.embedded} embedded, ${result.reused} known before`],
    ['read', formatBytes(result.bytes), `in ${result.seconds.toFixed(1)} s`],
  ];
  const columns = [
    { title: '', value: (row: string[]) => row[0] ?? '' },
    { title: '', value: (row: string[]) => row[1] ?? '', align: 'right' as const, isWhole: true },
    { title: '', value: (row: string[]) => row[2] ?? '' },
  ];
  return table(rows, columns, context).replace(/^\s*\n/, '');
}

/** The figures of an ingest, what was left out, what was broken, and what to do next. */
export function renderIngest(result: Result, context: RenderContext): string {
  const { project, folder, isDryRun, leftOut, broken, changes, removals, notices, hasVectors } = result;
  const bold = (text: string): string => style(text, 'bold', context.hasColor);
  const title = isDryRun
    ? `Dry run of ${folder} into project ${project}: nothing was written`
    : `Project ${project}: ${folder}`;
  const next = isDryRun
    ? `Run it with: wooster ingest ${quote(folder)} --project ${quote(project)}`
    : `Ask about it: wooster ask --project ${quote(project)} "..."`;
  return [
    bold(title),
    summary(result, context),
    ...(isDryRun ? listed(changes, bold('would be taken in'), ({ path, kind }) => `  ${path} (${kind})`) : []),
    ...(isDryRun ? listed(removals, bold('would be removed'), (path) => `  ${path}`) : []),
    ...listed(
      leftOut,
      bold('left out'),
      ({ reason, count, examples }) => `  ${count} ${reason}: ${examples.slice(0, 3).join(', ')}`,
    ),
    ...listed(
      broken,
      bold('could not be read'),
      ({ path, message }) => `  ${message.includes(path) ? '' : `${path}: `}${message}`,
    ),
    ...notices.map((notice) => `\n${notice}`),
    ...(hasVectors ? [] : ['\nno embeddings: they are switched off, so that only words are searched and not meaning']),
    '',
    next,
  ].join('\n');
}

/** A word as a shell takes it. */
function quote(word: string): string {
  return /^[\p{L}\p{N}./_~-]+$/u.test(word) ? word : `"${word.replace(/["$`\\]/g, '\\$&')}"`;
}
