import type { Action } from '../../contracts/commands/action.ts';
import type { Terminal } from '../../contracts/commands/terminal.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import { LOCAL_PRINCIPAL } from '../../contracts/plugins/principal.ts';
import { systemClock } from '../clock.ts';
import { readGlobalFlags, type GlobalValues } from './arguments/global-flags.ts';
import { parseArguments } from './arguments/parse-arguments.ts';
import { parseCommand, withoutLeadingDashes } from './arguments/parse-command.ts';
import type { CommandHost } from './command-host.ts';
import { findAction, findByWord } from './find-action.ts';
import { renderActionHelp } from './help.ts';
import { createInterrupts, type Interrupts } from './interrupts.ts';
import { mayColor } from './output/color.ts';
import { describeError, toContractError } from './output/error-report.ts';
import { createProgress } from './output/progress.ts';
import { createTerminal } from './output/terminal.ts';
import { drain, watchProcess, type CommandLineProcess } from './process-events.ts';

/** What the command line is run with. */
interface CommandLineOptions {
  readonly process: CommandLineProcess;
  readonly version: string;
  createHost(flags: GlobalValues): Promise<CommandHost>;
}

const PLAIN_WIDTH = 120;
const NO_FLAGS: GlobalValues = { isJson: false, isHelp: false, isVersion: false, isLocalOnly: false, sets: [] };

/** One run of the command line, from the words to the exit code. */
class CommandLineRun {
  readonly #options: CommandLineOptions;
  readonly #argv: readonly string[];
  readonly #interrupts: Interrupts;
  #flags: GlobalValues;
  #host: CommandHost | undefined;
  #hasFailed = false;

  constructor(options: CommandLineOptions) {
    this.#options = options;
    this.#argv = withoutLeadingDashes(options.process.argv);
    // What cannot be parsed is reported later; whether it is reported as JSON must be known before.
    this.#flags = { ...NO_FLAGS, isJson: this.#argv.includes('--json') };
    this.#interrupts = createInterrupts((exitCode) => this.#leave(exitCode));
  }

  async run(): Promise<number> {
    watchProcess(this.#options.process, {
      interrupts: this.#interrupts,
      onStray: (error) => this.#leave(this.#report([this.#toError(error)])),
    });
    let exitCode: number;
    try {
      exitCode = await this.#perform();
    } catch (error) {
      exitCode = this.#report([this.#toError(error)]);
    }
    await this.#host?.stop().catch((error: unknown) => this.#host?.log.warn('the host did not stop', { error }));
    await Promise.all([drain(this.#options.process.streams.output), drain(this.#options.process.streams.error)]);
    return this.#interrupts.exitCode ?? exitCode;
  }

  async #perform(): Promise<number> {
    const { streams } = this.#options.process;
    this.#flags = readGlobalFlags(this.#argv);
    const requested = parseCommand(this.#argv);
    if (this.#flags.isVersion) {
      const { version } = this.#options;
      streams.output.write(`${this.#flags.isJson ? JSON.stringify({ version }) : version}\n`);
      return 0;
    }
    const host = await this.#options.createHost(this.#flags);
    this.#host = host;
    if (requested.word === undefined && requested.action === undefined) {
      const help = findByWord(host, 'help');
      if (help === undefined) throw new Error('the host has no action `help`');
      return this.#runAction(help, {});
    }
    const action = this.#find(host, requested);
    if (action === undefined) return this.#report(host.faults);
    if (this.#flags.isHelp) return this.#showHelp(host, action);
    const values = parseArguments(action, requested.rest);
    if (!host.isDiagnostic(action)) {
      if (host.faults.length > 0) return this.#report(host.faults);
      this.#tellBlocked(host);
      await host.start(this.#interrupts.signal);
    }
    return this.#runAction(action, values);
  }

  /** Undefined when the command is unknown and that may come from a fault of the host, which is then the better answer. */
  #find(host: CommandHost, requested: ReturnType<typeof parseCommand>): Action | undefined {
    try {
      return findAction(host, requested);
    } catch (error) {
      if (host.faults.length > 0) return undefined;
      throw error;
    }
  }

  #tellBlocked(host: CommandHost): void {
    if (this.#flags.isJson) return;
    const { error } = this.#options.process.streams;
    for (const { plugin, condition, reason } of host.plugins) {
      if (condition === 'blocked') error.write(`E_PLUGIN plugin ${plugin.definition.id} is off: ${reason}\n`);
    }
  }

  #showHelp(host: CommandHost, action: Action): number {
    const { output } = this.#options.process.streams;
    const context = { width: output.columns || PLAIN_WIDTH, hasColor: this.#hasColor(output) };
    const text = renderActionHelp(action, host.ownerOf(action), context);
    output.write(`${this.#flags.isJson ? JSON.stringify({ help: text }) : text}\n`);
    return 0;
  }

  async #runAction(action: Action, values: Record<string, unknown>): Promise<number> {
    const { process } = this.#options;
    const { signal } = this.#interrupts;
    const { isJson } = this.#flags;
    const terminal = createTerminal({
      streams: process.streams,
      isJson,
      hasColor: this.#hasColor(process.streams.output),
      plainWidth: Number(process.environment['COLUMNS']) || PLAIN_WIDTH,
      interrupts: this.#interrupts,
    });
    const progress = createProgress({ stream: process.streams.error, isSilent: isJson, clock: systemClock });
    try {
      signal.throwIfAborted();
      const result: unknown = await action.run(values, { signal, progress, principal: LOCAL_PRINCIPAL, terminal });
      progress.finish();
      await this.#print(action, result, terminal);
      return action.exitCode?.(result) ?? 0;
    } finally {
      progress.finish();
      terminal.close();
    }
  }

  async #print(action: Action, result: unknown, terminal: Terminal): Promise<void> {
    const { output } = this.#options.process.streams;
    const mask = (text: string): string => this.#host?.mask(text) ?? text;
    if (this.#flags.isJson) {
      output.write(`${mask(JSON.stringify(result ?? null))}\n`);
      return;
    }
    const { width, hasColor } = terminal;
    const text = (await action.render?.(result, { width, hasColor })) ?? JSON.stringify(result, null, 2) ?? '';
    if (text !== '') output.write(`${mask(text)}${text.endsWith('\n') ? '' : '\n'}`);
  }

  #hasColor(stream: { readonly isTTY?: boolean }): boolean {
    if (this.#flags.isJson) return false;
    return mayColor(stream, { flag: this.#flags.hasColor, environment: this.#options.process.environment });
  }

  #toError(error: unknown): WoosterError {
    const known = toContractError(error, this.#host?.logFile);
    const level = known.code === 'E_INTERNAL' ? 'error' : 'info';
    this.#host?.log[level]('the command failed', { command: this.#argv[0], error });
    return known;
  }

  /** Prints the errors and gives the exit code of the first; with JSON they are one document. */
  #report(errors: readonly WoosterError[]): number {
    const { output, error } = this.#options.process.streams;
    const [first] = errors;
    if (first === undefined || this.#hasFailed) return first?.row.exitCode ?? 0;
    this.#hasFailed = true;
    const mask = (text: string): string => this.#host?.mask(text) ?? text;
    const { isJson } = this.#flags;
    if (isJson && errors.length > 1) {
      output.write(`${mask(JSON.stringify({ error: first.toJSON(), errors: errors.map((one) => one.toJSON()) }))}\n`);
    } else {
      const hasColor = this.#hasColor(error);
      for (const one of errors) {
        (isJson ? output : error).write(`${describeError(one, { isJson, hasColor, mask })}\n`);
      }
    }
    return first.row.exitCode;
  }

  #leave(exitCode: number): void {
    this.#host?.flushLog();
    this.#options.process.leave(exitCode);
  }
}

/** Runs one command line and gives its exit code; errors are printed, never thrown. */
export async function runCommandLine(options: CommandLineOptions): Promise<number> {
  return new CommandLineRun(options).run();
}
