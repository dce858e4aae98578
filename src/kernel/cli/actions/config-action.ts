import { z } from 'zod';
import { defineAction, type Action, type RenderContext } from '../../../contracts/commands/action.ts';
import type { WoosterError } from '../../../contracts/errors/wooster-error.ts';
import type { ConfigurationEntry } from '../../config/entries.ts';
import type { Workspace } from '../../../contracts/settings/workspace.ts';
import { style } from '../output/color.ts';
import { table } from '../output/table.ts';

/** What `config` shows. */
interface ConfigurationView {
  readonly workspace: Workspace;
  /** Masked, sorted by path. */
  readonly entries: readonly ConfigurationEntry[];
}

const entrySchema = z.object({
  path: z.string(),
  value: z.unknown().optional(),
  origin: z.string(),
  note: z.string().optional(),
  isUnavailable: z.boolean(),
});

const resultSchema = z.object({
  root: z.string(),
  chosenBy: z.string(),
  settings: z.array(entrySchema),
  faults: z.array(z.object({ code: z.string(), message: z.string() })),
  isCheck: z.boolean(),
});

type Result = z.infer<typeof resultSchema>;

const CHOSEN_BY: Readonly<Record<Workspace['chosenBy'], string>> = {
  flag: '--home',
  environment: 'WOOSTER_HOME',
  found: 'found from the current folder upwards',
  'user-data': "the user's data folder",
};

const FAULT_EXIT_CODE = 78;

function valueText(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function renderSettings(result: Result, context: RenderContext): string {
  const rows = table(
    result.settings,
    [
      { title: 'Setting', isWhole: true, value: (row) => row.path },
      { title: 'Value', value: (row) => valueText(row.value) },
      {
        title: 'From',
        value: (row) =>
          row.note === undefined ? style(row.origin, 'dim', context.hasColor) : `${row.origin} (${row.note})`,
      },
    ],
    context,
  );
  return `Workspace ${result.root} (${result.chosenBy})\n\n${rows}`;
}

function render(result: Result, context: RenderContext): string {
  const faults = result.faults.map(({ code, message }) => `${style(code, 'red', context.hasColor)} ${message}`);
  if (!result.isCheck) return [renderSettings(result, context), ...faults].join('\n');
  if (faults.length > 0) return faults.join('\n');
  const off = result.settings.filter(({ isUnavailable }) => isUnavailable);
  const notes = off.map(({ path, origin }) => `${origin}: ${path} is not available in this version`);
  return [`The configuration of ${result.root} is in order.`, ...notes].join('\n');
}

/** `wooster config [--check]`: every value with its origin; works while the configuration is wrong. */
export function configAction(view: ConfigurationView, faults: () => readonly WoosterError[]): Action {
  return defineAction({
    id: 'config',
    summary: 'Show every setting with its origin, or check them all',
    args: z.object({
      prefix: z.string().optional().describe('only settings below this path, such as routing'),
      check: z.boolean().default(false).describe('only list faults, and exit with 78 when there are any'),
    }),
    positionals: ['prefix'],
    result: resultSchema,
    examples: ['config routing', 'config --check'],
    async run({ prefix, check }) {
      const isWanted = ({ path }: ConfigurationEntry): boolean =>
        prefix === undefined || path === prefix || path.startsWith(`${prefix}.`);
      return {
        root: view.workspace.root,
        chosenBy: CHOSEN_BY[view.workspace.chosenBy],
        settings: view.entries.filter(isWanted).map((entry) => ({ ...entry })),
        faults: faults()
          .filter(({ code }) => code === 'E_CONFIG' || code === 'E_FILE')
          .map(({ code, message }) => ({ code, message })),
        isCheck: check,
      };
    },
    render,
    exitCode: (result) => (result.isCheck && result.faults.length > 0 ? FAULT_EXIT_CODE : 0),
  });
}
