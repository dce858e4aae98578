import { resolve } from 'node:path';
import { defineAction, type Action, type ActionContext, type UsageQuery } from 'wooster';
import { z } from 'zod';
import { exportFile, formatOf, writeRows } from './export/export-file.ts';
import { renderReport } from './render/render-report.ts';
import { readPeriod } from './report/period.ts';
import { GROUPINGS, makeReport, reportSchema } from './report/usage-report.ts';
import type { UsagePorts } from './usage-ports.ts';

const argsSchema = z.object({
  since: z
    .string()
    .default('30d')
    .describe('from when on: 7d, 24h, 4w, today, yesterday, week, month, year, all, 2026-03 or 2026-03-01'),
  until: z.string().optional().describe('until when, the named day or month included; now without it'),
  by: z.enum(GROUPINGS).default('model').describe('what the table is made by'),
  project: z.string().optional().describe('only calls about this project'),
  provider: z.string().optional().describe('only calls of this provider'),
  compare: z
    .string()
    .optional()
    .describe('cloud model against which the savings of local models are reckoned; usage.compareWith without it'),
  export: z
    .string()
    .optional()
    .describe('write the calls to this file (.csv or .jsonl) instead; - for standard output'),
  format: z.enum(['csv', 'jsonl']).optional().describe('form of the export, where its name does not tell'),
  force: z.boolean().default(false).describe('replace the file of the export'),
});

type Arguments = z.output<typeof argsSchema>;

const exportSchema = z.object({ file: z.string(), format: z.enum(['csv', 'jsonl']), rows: z.number() });
const resultSchema = z.union([z.object({ exported: exportSchema }), z.object({ report: reportSchema })]);

function queryOf({ since, until, project, provider }: Arguments, ports: UsagePorts): UsageQuery {
  return { ...readPeriod(since, until, ports.clock.now()), project, providerId: provider };
}

async function runExport(
  ports: UsagePorts,
  { args, file }: { readonly args: Arguments; readonly file: string },
  { signal, terminal }: ActionContext,
): Promise<z.output<typeof exportSchema>> {
  const isStandardOutput = file === '-';
  const format = isStandardOutput ? (args.format ?? 'csv') : formatOf(file, args.format);
  const rows = ports.ledger().query(queryOf(args, ports));
  const lines = writeRows(rows, format);
  if (isStandardOutput) for (const line of lines) terminal.write(line);
  else await exportFile(resolve(file), lines, { isForced: args.force, signal });
  return { file, format, rows: rows.length };
}

/** `usage`: what was called, what it cost, how budgets stand; or the calls themselves, as a file. */
export function usageAction(ports: UsagePorts): Action {
  return defineAction({
    id: 'usage',
    summary: 'Show what models were used for, what it cost, and how budgets stand',
    args: argsSchema,
    result: resultSchema,
    examples: [
      'usage',
      'usage --since month --by project',
      'usage --since 2026-03-01 --until 2026-03-31 --by day --json',
      'usage --compare gpt-4o',
      'usage --since all --export calls.csv',
    ],
    run: async (args, context) => {
      if (args.export !== undefined) {
        return { exported: await runExport(ports, { args, file: args.export }, context) };
      }
      return { report: makeReport(ports, { query: queryOf(args, ports), by: args.by, compare: args.compare }) };
    },
    render: (result, context) => {
      if ('report' in result) return renderReport(result.report, context);
      const { file, rows } = result.exported;
      return file === '-' ? '' : `Wrote ${rows} ${rows === 1 ? 'call' : 'calls'} to ${file}.`;
    },
  });
}
