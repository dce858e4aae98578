/** Collects the named rules of one GBNF grammar; equal bodies share a rule. */
export class GrammarRules {
  readonly #bodies = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /** Adds a rule and returns its name, or the name of a rule with the same body. */
  add(hint: string, body: string): string {
    const known = this.#names.get(body);
    if (known !== undefined) return known;
    const name = this.reserve(hint);
    this.define(name, body);
    return name;
  }

  /** Takes a name whose body comes later, which is what a recursive rule needs. */
  reserve(hint: string): string {
    const base =
      hint
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '') || 'rule';
    let name = base;
    for (let suffix = 2; this.#bodies.has(name); suffix += 1) name = `${base}-${suffix}`;
    this.#bodies.set(name, '""');
    return name;
  }

  /** Gives a reserved name its body. */
  define(name: string, body: string): void {
    this.#bodies.set(name, body);
    if (!this.#names.has(body)) this.#names.set(body, name);
  }

  /** The whole grammar; `root` is the body of its first rule. */
  toText(root: string): string {
    const lines = [`root ::= ${root}`];
    for (const [name, body] of this.#bodies) lines.push(`${name} ::= ${body}`);
    return lines.join('\n');
  }
}

/** Writes a text as a GBNF literal. */
export function literal(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, (character) => `\\${character}`)
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r');
  return `"${escaped}"`;
}

/** A rule for one character inside a JSON string, escapes included. */
export function stringCharacter(rules: GrammarRules): string {
  return rules.add('char', String.raw`[^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})`);
}
