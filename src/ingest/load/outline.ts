import type { LoadedPart } from '../../contracts/knowledge/loader.ts';

/** A heading that is open, or was the last one. */
interface OpenHeading {
  readonly level: number;
  readonly title: string;
}

/**
 * Gathers the lines of a document below their headings. A heading is not repeated in the text below it; one that has
 * nothing below it becomes text of its own, so that nothing is lost.
 */
export class Outline {
  readonly #parts: LoadedPart[] = [];
  readonly #root: readonly string[];
  /** Of the lines that follow, from 1. */
  #page: number | undefined;
  #open: OpenHeading[] = [];
  #lines: string[] = [];
  #firstLine: number | undefined;
  /** The heading that nothing has followed yet. */
  #bare: { readonly heading: OpenHeading; readonly line: number | undefined } | undefined;

  /** `root` stands before every heading path: the title of a document that is no heading in it. */
  constructor(root: readonly string[] = []) {
    this.#root = root;
  }

  /** Begins a page; headings stay open over it. */
  page(page: number): void {
    this.#flush();
    this.#page = page;
  }

  /** A piece in a programming language below the headings that are open. */
  code(text: string, language: string): void {
    this.#flush();
    this.#bare = undefined;
    if (text.trim() !== '') this.#parts.push({ text, headings: this.#path(), language });
  }

  heading(level: number, title: string, line?: number): void {
    this.#flush();
    if (this.#bare !== undefined && level <= this.#bare.heading.level) this.#keepBare();
    this.#open = this.#open.filter((heading) => heading.level < level);
    const heading = { level, title: title.trim() };
    this.#open.push(heading);
    this.#bare = { heading, line };
  }

  line(text: string, line?: number): void {
    if (this.#lines.length === 0) {
      if (text.trim() === '') return;
      this.#firstLine = line;
    }
    this.#lines.push(text);
  }

  end(): readonly LoadedPart[] {
    this.#flush();
    if (this.#bare !== undefined) this.#keepBare();
    return this.#parts;
  }

  #path(): string[] {
    return [...this.#root, ...this.#open.map(({ title }) => title)];
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    this.#add(this.#path(), this.#lines.join('\n').trimEnd(), this.#firstLine);
    this.#lines = [];
    this.#bare = undefined;
  }

  #keepBare(): void {
    const { heading, line } = this.#bare!;
    this.#bare = undefined;
    if (heading.title !== '') this.#add(this.#path().slice(0, -1), heading.title, line);
  }

  #add(headings: readonly string[], text: string, line: number | undefined): void {
    this.#parts.push({
      headings,
      text,
      ...(line === undefined ? {} : { line }),
      ...(this.#page === undefined ? {} : { page: this.#page }),
    });
  }
}
