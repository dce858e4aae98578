import type { LoadedPart } from '../../contracts/knowledge/loader.ts';
import { Outline } from './outline.ts';

/** What is used of a node of a document; linkedom has it. */
export interface DomNode {
  readonly nodeType: number;
  readonly localName?: string | null;
  readonly childNodes: Iterable<DomNode>;
  readonly textContent: string | null;
  getAttribute?(name: string): string | null;
}

const ELEMENT = 1;
const TEXT = 3;
const HEADING = /^h[1-6]$/;
const UNSEEN = new Set(
  'script style noscript template svg math iframe object canvas audio video button select input head'.split(' '),
);
const BLOCKS = new Set(
  (
    'address article aside blockquote body center details dd div dl dt fieldset figcaption figure footer form header ' +
    'hr html legend li main menu nav ol p pre section summary table tbody tfoot thead tr ul caption'
  ).split(' '),
);

/** Reads a document into parts below its headings: paragraphs, list items, rows of tables with bars, fenced code. */
export function outlineHtml(root: DomNode, title?: string): readonly LoadedPart[] {
  const first = firstHeading(root);
  const isTitleTold = title === undefined || title === '' || first === title;
  const writer = new BlockWriter(new Outline(isTitleTold ? [] : [title]));
  writer.visit(root);
  return writer.end();
}

function firstHeading(node: DomNode): string | undefined {
  if (HEADING.test(node.localName ?? '')) return textOf(node);
  for (const child of node.childNodes) {
    const found = firstHeading(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(node: DomNode): string {
  return (node.textContent ?? '').replace(/\s+/g, ' ').trim();
}

class BlockWriter {
  readonly #outline: Outline;
  #inline = '';
  #prefix = '';
  #isGap = false;

  constructor(outline: Outline) {
    this.#outline = outline;
  }

  visit(node: DomNode): void {
    if (node.nodeType === TEXT) {
      this.#inline += (node.textContent ?? '').replace(/\s+/g, ' ');
      return;
    }
    const name = node.localName ?? '';
    if (node.nodeType === ELEMENT && UNSEEN.has(name)) return;
    if (HEADING.test(name)) this.#heading(node, Number(name.slice(1)));
    else if (name === 'pre') this.#fence(node);
    else if (name === 'tr') this.#row(node);
    else if (name === 'br') this.#inline += '\n';
    else if (name === 'img') this.#inline += ` ${node.getAttribute?.('alt') ?? ''} `;
    else if (BLOCKS.has(name)) this.#block(node, name);
    else for (const child of node.childNodes) this.visit(child);
  }

  end(): readonly LoadedPart[] {
    this.#flush();
    return this.#outline.end();
  }

  #block(node: DomNode, name: string): void {
    this.#flush();
    const prefix = this.#prefix;
    if (name === 'li') this.#prefix = `${prefix.replace('- ', '  ')}- `;
    for (const child of node.childNodes) this.visit(child);
    this.#flush();
    this.#prefix = prefix;
    if (name !== 'li') this.#gap();
  }

  /** One blank line, however many blocks end here. */
  #gap(): void {
    if (!this.#isGap) this.#outline.line('');
    this.#isGap = true;
  }

  #line(text: string): void {
    this.#outline.line(text);
    this.#isGap = false;
  }

  #heading(node: DomNode, level: number): void {
    this.#flush();
    const title = textOf(node).replace(/\s*[¶#§]$/, '');
    if (title !== '') this.#outline.heading(level, title);
  }

  #fence(node: DomNode): void {
    this.#flush();
    const text = (node.textContent ?? '').replace(/^\n+|\s+$/g, '');
    if (text === '') return;
    this.#gap();
    for (const line of ['```', ...text.split('\n'), '```']) this.#line(line);
    this.#gap();
  }

  #row(node: DomNode): void {
    this.#flush();
    const cells = [...node.childNodes].filter((cell) => cell.nodeType === ELEMENT).map(textOf);
    if (cells.some((cell) => cell !== '')) this.#line(cells.join(' | '));
  }

  #flush(): void {
    const text = this.#inline
      .replace(/[ \t]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .trim();
    this.#inline = '';
    if (text === '') return;
    for (const line of (this.#prefix + text).split('\n')) this.#line(line);
    // Only the first line of a list item has its mark.
    this.#prefix = this.#prefix.replace('- ', '  ');
  }
}
