import type { z } from 'zod';
import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Principal } from '../plugins/principal.ts';
import type { Progress, Terminal } from './terminal.ts';

/** What a running action is given. */
export interface ActionContext {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly principal: Principal;
  readonly terminal: Terminal;
}

/** How a result is drawn. */
export interface RenderContext {
  /** Columns to draw within. */
  readonly width: number;
  readonly hasColor: boolean;
}

/** One command. Its schemas make help, checks of the command line and `--json`. */
export interface Action<Arguments extends z.ZodObject = z.ZodObject, Result extends z.ZodType = z.ZodType> {
  /** Kebab-case; `--plugin <plugin> --action <id>`. */
  readonly id: string;
  /** Word of the friendly form (`wooster health`), when it differs from the id. */
  readonly command?: string;
  readonly summary: string;
  /** An object; `.describe()` of each field is its help. */
  readonly args: Arguments;
  /** Names of fields that are given without a flag, in order; the last may be an array or take the rest as one text. */
  readonly positionals?: readonly string[];
  readonly result: Result;
  /** Runs although the settings or a plugin have faults, for it tells of them; background work of plugins is not started then. */
  readonly isDiagnostic?: boolean;
  /** Without the program's name, unless the line needs it elsewhere than in front. */
  readonly examples?: readonly string[];
  run(args: z.output<Arguments>, context: ActionContext): Promise<z.output<Result>>;
  /**
   * Text for a person; without it the result is printed as indented JSON. Empty text prints nothing. A promise where the
   * words are loaded only when they are needed.
   */
  render?(result: z.output<Result>, context: RenderContext): string | Promise<string>;
  /** Exit code for a result that is not a failure of the action itself; 0 without it. */
  exitCode?(result: z.output<Result>): number;
}

/** Gives an action its types. */
export function defineAction<Arguments extends z.ZodObject, Result extends z.ZodType>(
  action: Action<Arguments, Result>,
): Action {
  return action;
}

/** Actions of the host and of plugins. */
export const ACTIONS: ExtensionPoint<Action> = defineExtensionPoint<Action>({
  id: 'actions',
  summary: 'commands of the command line',
  idOf: (action) => action.id,
});
