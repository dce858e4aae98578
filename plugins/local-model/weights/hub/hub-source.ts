import type { IncomingMessage } from 'node:http';
import { ConfigError, InterruptedStreamError, ProviderTimeoutError } from 'wooster';
import type { HubFile } from '../../catalogue/weights-entry.ts';
import type { PartFile } from '../part-file.ts';
import type { SourceContext, WeightsSource } from '../weights-source.ts';
import { requestFile } from './hub-answer.ts';
import type { DownloadLimits } from './hub-answer.ts';
import { WaitLimit } from './wait-limit.ts';

/** Interrupted transfers that brought something are continued this many times in a row. */
const MAX_RESUMES = 5;

/** What a hub source is made of. */
interface HubSourceOptions {
  readonly baseUrl: string;
  readonly file: HubFile;
  readonly limits: DownloadLimits;
}

/** The address of a file; E_CONFIG when that of the hub is none. */
export function hubFileUrl(baseUrl: string, { repository, revision, file }: HubFile): string {
  if (!URL.canParse(baseUrl)) {
    throw new ConfigError(`the address of the model hub is not a URL: ${baseUrl}; correct embedded.hubBaseUrl`);
  }
  return `${baseUrl.replace(/\/+$/, '')}/${repository}/resolve/${revision}/${file}`;
}

/** The total of a `Content-Range: bytes 5-9/10`; undefined when the header is missing or names another start. */
function totalOfRange(header: string | undefined, start: number): number | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(header ?? '');
  return match && Number(match[1]) === start ? Number(match[2]) : undefined;
}

/** Only a strong tag proves that two answers are byte for byte of one file (RFC 9110, 8.8.1). */
function strongTag(answer: IncomingMessage): string | undefined {
  const { etag } = answer.headers;
  return etag?.startsWith('"') ? etag : undefined;
}

/**
 * A file of a model hub, `<base>/<owner>/<name>/resolve/<revision>/<file>`. Continues a part by Range, guarded by the
 * entity tag; a server that ignores the range is read from the start.
 */
export class HubSource implements WeightsSource {
  readonly title: string;
  readonly scratchBytes = 0;
  readonly #url: string;
  readonly #options: HubSourceOptions;

  constructor(options: HubSourceOptions) {
    this.#options = options;
    this.#url = hubFileUrl(options.baseUrl, options.file);
    this.title = `model hub ${new URL(options.baseUrl).host}`;
  }

  async fetchInto(part: PartFile, context: SourceContext): Promise<void> {
    let resumes = 0;
    let fruitless = 0;
    while (part.length < part.target.bytes) {
      const before = part.length;
      try {
        await this.#transfer(part, context);
      } catch (error) {
        const isCut = error instanceof InterruptedStreamError || isIdleTimeout(error);
        // What had arrived but was not read yet is lost with its connection, so one cut may seem to have brought nothing.
        fruitless = part.length > before ? 0 : fruitless + 1;
        if (!isCut || fruitless > 1 || resumes >= MAX_RESUMES) throw error;
        resumes += 1;
      }
    }
  }

  async #transfer(part: PartFile, context: SourceContext): Promise<void> {
    const wait = new WaitLimit(context.signal);
    try {
      const { limits } = this.#options;
      const answer = await requestFile({ url: this.#url, headers: rangeHeaders(part), limits }, wait);
      await this.#align(part, answer);
      await this.#receive(part, answer, { wait, context });
    } finally {
      wait.end();
    }
  }

  /** Makes the part's end the place where the answer begins; refuses an answer of another size before it is read. */
  async #align(part: PartFile, answer: IncomingMessage): Promise<void> {
    if (answer.statusCode === 416) throw part.wrongSize('a shorter file');
    if (answer.statusCode === 200) {
      const length = answer.headers['content-length'];
      if (length !== undefined && Number(length) !== part.target.bytes) throw part.wrongSize(`${length} bytes`);
      await part.restart(strongTag(answer));
      return;
    }
    const total = totalOfRange(answer.headers['content-range'], part.length);
    if (total !== part.target.bytes)
      throw part.wrongSize(total === undefined ? 'a range that was not asked for' : `${total} bytes`);
    await part.remember(strongTag(answer));
  }

  async #receive(
    part: PartFile,
    answer: IncomingMessage,
    run: { wait: WaitLimit; context: SourceContext },
  ): Promise<void> {
    const { wait, context } = run;
    const limitMs = this.#options.limits.idleMs;
    wait.arm(
      limitMs,
      () => new ProviderTimeoutError(`${this.title} sent nothing for ${limitMs} ms`, { phase: 'idle', limitMs }),
    );
    const pieces: AsyncIterator<Buffer> = answer[Symbol.asyncIterator]();
    for (;;) {
      const piece = await pieces.next().catch((error: unknown) => {
        throw wait.explain(error, () => this.#interrupted(part, error));
      });
      if (piece.done) break;
      wait.refresh();
      await part.append(piece.value);
      context.report('downloading');
    }
    if (part.length < part.target.bytes) throw this.#interrupted(part);
  }

  #interrupted(part: PartFile, cause?: unknown): Error {
    const message = `${this.title} broke off after ${part.length} of ${part.target.bytes} bytes`;
    return new InterruptedStreamError(message, { cause });
  }
}

function isIdleTimeout(error: unknown): boolean {
  return error instanceof ProviderTimeoutError && error.phase === 'idle';
}

/** `identity`, because a compressed answer has neither the right length nor ranges. */
function rangeHeaders(part: PartFile): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (part.length === 0) return headers;
  headers['range'] = `bytes=${part.length}-`;
  if (part.etag !== undefined) headers['if-range'] = part.etag;
  return headers;
}
