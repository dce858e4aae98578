import { resolve } from 'node:path';
import type { ActionContext, RenderContext, UsageQuery } from 'wooster';
import { exportFile, formatOf, writeRows } from './export/export-file.ts';
import { renderReport } from './render/render-report.ts';
import { readPeriod } from './report/period.ts';
import { makeReport } from './report/usage-report.ts';
import type { UsagePorts } from './usage-ports.ts';
import type { Exported, UsageArguments, UsageResult } from './usage-schema.ts';

function queryOf({ since, until, project, provider }: UsageArguments, ports: UsagePorts): UsageQuery {
  return { ...readPeriod(since, until, ports.clock.now()), project, providerId: provider };
}

async function runExport(
  ports: UsagePorts,
  { args, file }: { readonly args: UsageArguments; readonly file: string },
  { signal, terminal }: ActionContext,
): Promise<Exported> {
  const isStandardOutput = file === '-';
  const format = isStandardOutput ? (args.format ?? 'csv') : formatOf(file, args.format);
  const rows = ports.ledger().query(queryOf(args, ports));
  const lines = writeRows(rows, format);
  if (isStandardOutput) for (const line of lines) terminal.write(line);
  else await exportFile(resolve(file), lines, { isForced: args.force, signal });
  return { file, format, rows: rows.length };
}

/** Reads the ledger for a report, or writes its calls to a file. Throws what the database of the accounts throws. */
export async function runUsage(ports: UsagePorts, args: UsageArguments, context: ActionContext): Promise<UsageResult> {
  await ports.ledger().ready?.();
  if (args.export !== undefined) return { exported: await runExport(ports, { args, file: args.export }, context) };
  return { report: makeReport(ports, { query: queryOf(args, ports), by: args.by, compare: args.compare }) };
}

/** The result for a person; empty where the export itself was the output. */
export function renderUsage(result: UsageResult, context: RenderContext): string {
  if ('report' in result) return renderReport(result.report, context);
  const { file, rows } = result.exported;
  return file === '-' ? '' : `Wrote ${rows} ${rows === 1 ? 'call' : 'calls'} to ${file}.`;
}
