import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** Where the output of a server goes and what must never be in it. */
export interface LogFileOptions {
  /** Absolute; its folder is made. */
  readonly file: string;
  /** Size at which it becomes `<file>.1`, bytes. */
  readonly maxBytes: number;
  readonly secrets: readonly string[];
  /** A line that is written first. */
  readonly header?: string;
}

/** A line longer than this is written in pieces. */
const LONGEST_LINE = 64 * 1024;
const MASK = '[secret]';

/** A log of whole lines, in which secrets are replaced before they are written, and which never grows beyond its limit twice. */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #secrets: readonly string[];
  readonly #decoder = new StringDecoder('utf8');
  readonly #longestSecret: number;
  #line = '';
  #size: number;

  constructor(options: LogFileOptions) {
    this.#options = options;
    // A secret of several lines is written in several pieces.
    const pieces = options.secrets.flatMap((secret) => secret.split(/[\r\n]+/)).filter((piece) => piece.length >= 4);
    this.#secrets = [...new Set(pieces)].sort((left, right) => right.length - left.length);
    this.#longestSecret = this.#secrets[0]?.length ?? 0;
    this.#size = statSync(options.file, { throwIfNoEntry: false })?.size ?? 0;
    if (options.header !== undefined) this.#write(`${options.header}\n`);
  }

  /** Writes the lines that are whole; the rest waits for its end. */
  add(bytes: Buffer): void {
    const text = this.#line + this.#decoder.write(bytes);
    const end = text.lastIndexOf('\n') + 1;
    this.#line = text.slice(end);
    if (end > 0) this.#write(text.slice(0, end));
    if (this.#line.length <= LONGEST_LINE) return;
    // Masked first: a secret that the cut goes through would be in neither piece. What may be the begin of one waits.
    const masked = this.#mask(this.#line);
    const cut = masked.length - this.#longestSecret;
    this.#write(masked.slice(0, cut));
    this.#line = masked.slice(cut);
  }

  /** Writes what is left. */
  end(): void {
    const rest = this.#line + this.#decoder.end();
    this.#line = '';
    if (rest !== '') this.#write(`${rest}\n`);
  }

  #write(text: string): void {
    const { file, maxBytes } = this.#options;
    const masked = this.#mask(text);
    const length = Buffer.byteLength(masked);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      if (this.#size > 0 && this.#size + length > maxBytes) {
        renameSync(file, `${file}.1`);
        this.#size = 0;
      }
      appendFileSync(file, masked, { mode: 0o600 });
      this.#size += length;
    } catch {
      // A disk that is full or gone must not stop the server, whose output would block it if nobody read on.
    }
  }

  #mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, MASK);
    return masked;
  }
}
