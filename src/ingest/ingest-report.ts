/** Why a file or folder was left out; shown as it is. */
export type LeftOutReason =
  | 'ignored by .gitignore'
  | 'ignored by .git/info/exclude'
  | 'ignored by .woosterignore'
  | 'ignored by default'
  | 'not included'
  | 'excluded'
  | 'binary'
  | 'too large'
  | 'empty'
  | 'link out of the folder'
  | 'link inside the folder'
  | 'broken link'
  | 'special file';

/** What was left out for one reason; an ignored folder counts once and nothing below it is looked at. */
export interface LeftOut {
  readonly reason: LeftOutReason;
  readonly count: number;
  /** The first few, relative to the folder; a folder ends in `/`, a file that is too large has its size behind it. */
  readonly examples: readonly string[];
}

/** A file or folder that could not be read; the run went on. What the store held of it is still there. */
export interface BrokenFile {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What happened to one file that was read, or in a dry run what would. */
export interface FileChange {
  readonly path: string;
  /** `moved`: the same bytes were stored under a path that is gone; it costs no embedding. */
  readonly kind: 'added' | 'changed' | 'moved';
  readonly chunks: number;
  readonly tokens: number;
}

/** What an ingest did. */
export interface IngestReport {
  /** Absolute path of the folder, links resolved. */
  readonly folder: string;
  readonly isDryRun: boolean;
  /** Milliseconds since 1970; to be kept as `ingestedAt` of the next run once this one is finished. */
  readonly startedAt: number;
  /** Files that are taken in: `added + changed + moved + unchanged`. */
  readonly files: number;
  readonly added: number;
  readonly changed: number;
  readonly moved: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly leftOut: readonly LeftOut[];
  readonly broken: readonly BrokenFile[];
  readonly changes: readonly FileChange[];
  /** Paths that were removed, or would be. */
  readonly removals: readonly string[];
  /** One line each: what the person should know besides the figures. */
  readonly notices: readonly string[];
  readonly chunks: number;
  readonly tokens: number;
  readonly embedded: number;
  readonly reused: number;
  /** Files whose bytes were read; the others were known by time and size. */
  readonly filesRead: number;
  /** Bytes of the files that were read. */
  readonly bytes: number;
  readonly seconds: number;
}

/** How far a run is; told at most a few times a second. */
export interface IngestProgress {
  readonly phase: 'discover' | 'read' | 'remove';
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly textsEmbedded: number;
  /** Texts embedded a second since the first one; undefined before there is one. */
  readonly textsPerSecond?: number;
  /** Estimated by the bytes that are left; undefined at the beginning. */
  readonly secondsLeft?: number;
  /** Path of the file that is being read. */
  readonly current?: string;
}
