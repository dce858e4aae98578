/** May the same target be tried again: `once` means once, and only while no other able target is healthy. */
export type SameTargetAgain = 'never' | 'once' | 'wait';

/** May the next candidate of the chain be tried; `before-output` stops at the first content or tool-call token. */
export type MayFallBack = 'never' | 'always' | 'before-output' | 'larger-context';

/** What the attempt loop, an HTTP surface and the command line do with an error. */
export interface ErrorRow {
  readonly code: string;
  readonly summary: string;
  readonly sameTargetAgain: SameTargetAgain;
  readonly mayFallBack: MayFallBack;
  readonly httpStatus: number;
  readonly exitCode: number;
  /** What a person does about it, one sentence. */
  readonly remedy: string;
}

type Row = readonly [SameTargetAgain, MayFallBack, number, number, string, string];

const ROWS = {
  E_CONFIG: [
    'never',
    'never',
    500,
    78,
    'A setting is wrong.',
    'Mend the named field in the named file; `wooster config --check` lists every fault.',
  ],
  E_PLUGIN: [
    'never',
    'never',
    500,
    70,
    'A plugin is wrong or could not start.',
    'Mend or disable the named plugin; `wooster plugins` shows the state of each.',
  ],
  E_USAGE: ['never', 'never', 400, 64, 'The command line is wrong.', 'Run the command with --help.'],
  E_UNREACHABLE: [
    'once',
    'always',
    502,
    69,
    'Nothing answers at the address.',
    'Start the server, or correct its address.',
  ],
  E_TIMEOUT: ['never', 'always', 504, 69, 'A time limit passed.', 'Raise the named limit, or use a smaller model.'],
  E_LOADING: ['wait', 'always', 503, 69, 'The model is still loading.', 'Wait, or raise the load limit.'],
  E_RATE_LIMITED: [
    'wait',
    'always',
    429,
    69,
    'The provider limits the rate of calls.',
    'Wait for the named time, or allow another provider.',
  ],
  E_BUSY: ['wait', 'always', 503, 69, 'The queue of the server is full.', 'Wait, or give the server more slots.'],
  E_PROVIDER_SERVER: [
    'once',
    'always',
    502,
    69,
    'The server failed by its own account.',
    'Look into the log of the server.',
  ],
  E_PROVIDER_AUTH: [
    'never',
    'always',
    502,
    77,
    'The provider refuses the key.',
    'Correct the key of the named provider.',
  ],
  E_PROVIDER_CREDIT: [
    'never',
    'always',
    502,
    77,
    'The account of the provider has no credit.',
    'Add credit, or allow another provider.',
  ],
  E_MODEL_NOT_FOUND: [
    'never',
    'always',
    404,
    69,
    'The server does not have the model.',
    'Pull the model, or name one of `wooster models`.',
  ],
  E_CAPABILITY: [
    'never',
    'always',
    400,
    69,
    'The model or server cannot do what is asked.',
    'Choose a model with the named capability.',
  ],
  E_UNAUTHORIZED: ['never', 'never', 401, 77, 'The caller has no right to do this.', 'Give a valid key.'],
  E_CONTEXT: [
    'never',
    'larger-context',
    400,
    65,
    'The conversation is longer than the context of the model.',
    'Shorten it, or choose a model with a larger context.',
  ],
  E_REJECTED: [
    'never',
    'never',
    400,
    70,
    'The server rejects the request as malformed.',
    'Report it: the request was made by Wooster.',
  ],
  E_MALFORMED: [
    'once',
    'before-output',
    502,
    69,
    'The reply does not follow its protocol.',
    'Check that the address belongs to a model server of the configured kind.',
  ],
  E_INTERRUPTED: [
    'once',
    'before-output',
    502,
    69,
    'The stream ended without its end marker.',
    'Ask again; look into the log of the server.',
  ],
  E_FILTERED: [
    'never',
    'never',
    422,
    65,
    'The provider withheld the answer by its content filter.',
    'Ask differently, or use another model.',
  ],
  E_CIRCUIT_OPEN: [
    'never',
    'always',
    503,
    69,
    'The target failed lately and is being probed.',
    'Wait for the probe; `wooster health` shows the target.',
  ],
  E_NO_ROUTE: [
    'never',
    'never',
    503,
    69,
    'No model may or can answer this.',
    '`wooster why` shows the reason for each candidate.',
  ],
  E_PRIVACY: [
    'never',
    'never',
    403,
    77,
    'The call would cross the privacy line.',
    'Allow it explicitly in the configuration, or use a local model.',
  ],
  E_BUDGET: [
    'never',
    'never',
    402,
    75,
    'The budget does not cover the call.',
    'Raise the budget, or use a local model.',
  ],
  E_INPUT: ['never', 'never', 413, 65, 'The input is not accepted.', 'Shorten or correct the input.'],
  E_TOOL: ['never', 'never', 500, 70, 'A tool failed.', 'See the message of the tool.'],
  E_STORE_MISMATCH: [
    'never',
    'never',
    409,
    65,
    'The store belongs to another embedding space.',
    'Migrate the store, or use the model it was made with.',
  ],
  E_STORE_CORRUPT: ['never', 'never', 500, 74, 'The store is damaged.', 'Repair it, or restore a backup.'],
  E_STORE_LOCKED: ['never', 'never', 423, 75, 'Another process writes to the store.', 'Wait for the named process.'],
  E_STORE_NEWER: ['never', 'never', 409, 65, 'The store was written by a newer version.', 'Update Wooster.'],
  E_MIGRATION: ['never', 'never', 500, 74, 'A migration could not be completed.', 'Resume it, or roll back.'],
  E_DISK_FULL: [
    'never',
    'never',
    507,
    74,
    'The disk has no room.',
    'Make room for the named number of bytes; what was fetched is kept.',
  ],
  E_FILE: ['never', 'never', 500, 66, 'A file cannot be read or written.', 'Check the path and its permissions.'],
  E_CHECKSUM: [
    'never',
    'never',
    500,
    65,
    'A file is not what its checksum says.',
    'Fetch it again, or from another source.',
  ],
  E_PORT: ['never', 'never', 500, 69, 'The port is in use.', 'Stop what uses it, or choose another port.'],
  E_DEPENDENCY: ['never', 'always', 500, 69, 'A package or program is missing.', 'Install it with the named line.'],
  E_INTERNAL: [
    'never',
    'never',
    500,
    70,
    'Something failed in a way Wooster does not foresee.',
    'Look into the named log file, and report it.',
  ],
  E_CANCELLED: ['never', 'never', 499, 130, 'The caller cancelled.', 'Nothing to do.'],
} as const satisfies Record<string, Row>;

/** The code of every error the host itself throws; plugins add codes of the form `E_<PLUGIN>_...`. */
export type ErrorCode = keyof typeof ROWS;

function toRow(code: ErrorCode): ErrorRow {
  const [sameTargetAgain, mayFallBack, httpStatus, exitCode, summary, remedy] = ROWS[code];
  return { code, sameTargetAgain, mayFallBack, httpStatus, exitCode, summary, remedy };
}

/** The one table of errors: what each code means to the attempt loop, to HTTP and to the command line. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorRow>> = Object.freeze(
  Object.fromEntries((Object.keys(ROWS) as ErrorCode[]).map((code) => [code, toRow(code)])) as Record<
    ErrorCode,
    ErrorRow
  >,
);
