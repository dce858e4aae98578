import { readFile } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import ignore from 'ignore';
import type { Ignore } from 'ignore';
import type { LeftOutReason } from '../ingest-report.ts';
import { DEFAULT_RULES } from './default-rules.ts';

/** One rule as the package takes it; the mark is the reason that is told. */
interface MarkedRule {
  readonly pattern: string;
  readonly mark: string;
}

const OWN_FILE = '.woosterignore';

/**
 * A rule of a file below the root, written as a rule of the root: one list of rules then decides as git does, the last
 * that matches, with the folders above taken into account.
 */
function anchor(line: string, directory: string): string | undefined {
  const rule = line.replace(/\r$/, '');
  if (directory === '') return rule;
  const isNegative = rule.startsWith('!');
  const body = (isNegative ? rule.slice(1) : rule).replace(/(?<!\\)\s+$/, '');
  if (body === '' || rule.startsWith('#')) return undefined;
  const isAnchored = body.replace(/\/$/, '').includes('/');
  const prefix = directory.replace(/[\\*?[\]!#\s]/g, String.raw`\$&`);
  const rest = isAnchored ? body.replace(/^\//, '') : `**/${body.replace(/^\\(?=[!#])/, '')}`;
  return `${isNegative ? '!' : ''}/${prefix}/${rest}`;
}

async function readRules(path: string, directory: string, mark: LeftOutReason): Promise<MarkedRule[]> {
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  return text.split('\n').flatMap((line) => {
    const pattern = anchor(line, directory);
    return pattern === undefined ? [] : [{ pattern, mark }];
  });
}

class RuleList {
  readonly rules: readonly MarkedRule[];
  readonly #matcher: Ignore;

  constructor(rules: readonly MarkedRule[]) {
    this.rules = rules;
    // As git is set up by default: names differ by case except where the file system does not tell them apart.
    this.#matcher = ignore({ ignorecase: process.platform === 'darwin' || process.platform === 'win32' }).add(rules);
  }

  /** `true` ignored, `false` taken back by a rule of its own, `undefined` no rule. */
  verdict(path: string): { readonly isIgnored: boolean; readonly mark?: string } | undefined {
    const { ignored, unignored, rule } = this.#matcher.test(path);
    if (ignored) return { isIgnored: true, mark: rule?.mark };
    return unignored ? { isIgnored: false } : undefined;
  }
}

/**
 * The rules that hold in one folder: the defaults, `.git/info/exclude`, every `.gitignore` from the root downwards, and
 * every `.woosterignore`, which has the last word. Immutable: `enter` gives the rules of a folder below.
 */
export class IgnoreRules {
  readonly #git: RuleList;
  readonly #own: RuleList;

  private constructor(git: RuleList, own: RuleList) {
    this.#git = git;
    this.#own = own;
  }

  static defaults(): IgnoreRules {
    const rules = DEFAULT_RULES.map((pattern) => ({ pattern, mark: 'ignored by default' satisfies LeftOutReason }));
    return new IgnoreRules(new RuleList(rules), new RuleList([]));
  }

  /** Rules with what the folder itself adds; `directory` is relative to the root, empty for the root. Throws what reading throws. */
  async enter(root: string, directory: string, entries: readonly Dirent[]): Promise<IgnoreRules> {
    const has = (name: string): boolean => entries.some((entry) => entry.name === name && entry.isFile());
    const path = (name: string): string => join(root, directory, name);
    const isRepository = entries.some((entry) => entry.name === '.git' && entry.isDirectory());
    const added = [
      ...(isRepository ? await this.#readExclude(path('.git/info/exclude'), directory) : []),
      ...(has('.gitignore') ? await readRules(path('.gitignore'), directory, 'ignored by .gitignore') : []),
    ];
    const own = has(OWN_FILE) ? await readRules(path(OWN_FILE), directory, 'ignored by .woosterignore') : [];
    if (added.length === 0 && own.length === 0) return this;
    return new IgnoreRules(
      added.length === 0 ? this.#git : new RuleList([...this.#git.rules, ...added]),
      own.length === 0 ? this.#own : new RuleList([...this.#own.rules, ...own]),
    );
  }

  /**
   * Why a path is left out, or the rules for what is below it. A folder that `.woosterignore` takes back from git is
   * free of the rules of git from above, else nothing in it could be read.
   */
  judge(path: string, isDirectory: boolean): { readonly reason?: LeftOutReason; readonly below: IgnoreRules } {
    const name = isDirectory ? `${path}/` : path;
    const own = this.#own.verdict(name);
    if (own?.isIgnored === true) return { reason: 'ignored by .woosterignore', below: this };
    const git = this.#git.verdict(name);
    if (git?.isIgnored !== true) return { below: this };
    if (own?.isIgnored === false) return { below: new IgnoreRules(new RuleList([]), this.#own) };
    return { reason: git.mark as LeftOutReason, below: this };
  }

  async #readExclude(path: string, directory: string): Promise<MarkedRule[]> {
    try {
      return await readRules(path, directory, 'ignored by .git/info/exclude');
    } catch {
      // A repository need not have the file.
      return [];
    }
  }
}
