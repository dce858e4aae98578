import type { Progress, ProgressUpdate } from '../../../contracts/commands/terminal.ts';
import type { Clock } from '../../../contracts/plugins/logger.ts';

/** Where progress is shown. */
interface ProgressOptions {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** With `--json` nothing is shown. */
  readonly isSilent: boolean;
  readonly clock: Clock;
}

const LINE_INTERVAL_MS = 2_000;
const UNITS = ['B', 'KiB', 'MiB', 'GiB'];

function amount(value: number, unit: ProgressUpdate['unit']): string {
  if (unit !== 'bytes') return unit === undefined ? String(value) : `${value} ${unit}`;
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  return `${(value / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** `label  1.0 MiB of 4.0 MiB (25 %)`. */
export function progressLine({ label, done, total, unit }: ProgressUpdate): string {
  if (done === undefined) return label;
  if (total === undefined || total <= 0) return `${label}  ${amount(done, unit)}`;
  const percent = Math.floor((done / total) * 100);
  return `${label}  ${amount(done, unit)} of ${amount(total, unit)} (${percent} %)`;
}

/** One line when the label changes, when it is done, and at most every two seconds between. */
function plainProgress({ stream, clock }: ProgressOptions): Progress {
  let shownLabel: string | undefined;
  let shownAt = -Infinity;
  return {
    update(update) {
      const isEnd = update.total !== undefined && update.done === update.total;
      const isDue = update.label !== shownLabel || isEnd || clock.monotonic() - shownAt >= LINE_INTERVAL_MS;
      if (!isDue) return;
      [shownLabel, shownAt] = [update.label, clock.monotonic()];
      stream.write(`${progressLine(update)}\n`);
    },
    note: (text) => void stream.write(`${text}\n`),
    finish: () => void (shownLabel = undefined),
  };
}

interface Bar {
  start(total: number, value: number, payload: object): void;
  update(value: number, payload: object): void;
  setTotal(total: number): void;
  stop(): void;
}

/** A bar that is loaded with the first update; updates that come before it are represented by the last of them. */
function barProgress({ stream }: ProgressOptions): Progress {
  let bar: Bar | undefined;
  let latest: ProgressUpdate | undefined;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    const { default: progress } = await import('cli-progress');
    loading = undefined;
    if (latest === undefined) return;
    bar = new progress.SingleBar({
      stream,
      format: '{bar} {line}',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      gracefulExit: false,
      emptyOnZero: true,
      linewrap: false,
    });
    bar.start(latest.total ?? 0, latest.done ?? 0, { line: progressLine(latest) });
  }

  function finish(): void {
    latest = undefined;
    bar?.stop();
    bar = undefined;
  }

  return {
    update(update) {
      latest = update;
      if (bar === undefined) {
        loading ??= load();
        return;
      }
      bar.setTotal(update.total ?? 0);
      bar.update(update.done ?? 0, { line: progressLine(update) });
    },
    note(text) {
      const last = latest;
      finish();
      stream.write(`${text}\n`);
      if (last !== undefined) this.update(last);
    },
    finish,
  };
}

/** Bars on a terminal, plain lines elsewhere, nothing with `--json`; always on standard error. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.isSilent) return { update: () => undefined, note: () => undefined, finish: () => undefined };
  return options.stream.isTTY === true ? barProgress(options) : plainProgress(options);
}
