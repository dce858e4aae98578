import { defineAction, describeDuration, type Action, type CacheSettings, type ResponseCache } from 'wooster';
import { z } from 'zod';

/** What the action is made of. */
interface CacheActionPorts {
  readonly settings: CacheSettings;
  readonly cache: () => ResponseCache;
}

const resultSchema = z.object({
  mode: z.enum(['off', 'auto', 'always']).describe('which calls are looked up: none, those at temperature 0, or all'),
  entries: z.number(),
  bytes: z.number(),
  maxBytes: z.number(),
  ttlMs: z.number(),
  oldest: z.string().optional().describe('when the oldest answer was kept, ISO date'),
  dropped: z.number().optional().describe('with --clear'),
});

type CacheReport = z.output<typeof resultSchema>;

const MODES: Readonly<Record<CacheReport['mode'], string>> = {
  off: 'off: no call is answered from kept answers',
  auto: 'calls at temperature 0 are answered from kept answers',
  always: 'all calls are answered from kept answers',
};

const MIB = 1024 * 1024;

function describeReport({ mode, entries, bytes, maxBytes, ttlMs, oldest, dropped }: CacheReport): string {
  const lines = [
    MODES[mode],
    `${entries.toLocaleString('en-US')} kept, ${(bytes / MIB).toFixed(1)} of ${(maxBytes / MIB).toFixed(1)} MiB, each for ${describeDuration(ttlMs)}`,
    ...(oldest === undefined ? [] : [`oldest of ${oldest}`]),
  ];
  return dropped === undefined ? lines.join('\n') : `${dropped.toLocaleString('en-US')} dropped`;
}

/** `cache`: how many answers are kept for equal calls; with `--clear` they are dropped. */
export function cacheAction({ settings, cache }: CacheActionPorts): Action {
  return defineAction({
    id: 'cache',
    summary: 'Show how many answers are kept for equal calls, or drop them',
    args: z.object({
      clear: z.boolean().default(false).describe('drop all kept answers, and their text from the disk'),
    }),
    result: resultSchema,
    examples: ['cache', 'cache --clear'],
    run: ({ clear }) => {
      const dropped = clear ? cache().clear() : undefined;
      const { entries, bytes, oldestAt } = cache().stats();
      const { mode, maxBytes, ttlMs } = settings;
      const oldest = oldestAt === undefined ? undefined : new Date(oldestAt).toISOString();
      return Promise.resolve({ mode, entries, bytes, maxBytes, ttlMs, oldest, dropped });
    },
    render: describeReport,
  });
}
