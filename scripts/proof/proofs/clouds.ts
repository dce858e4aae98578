import type { Proof } from '../proof.ts';

/** One command of the transcript, or what was done outside of it, as its test writes them. */
type ChainLine =
  | {
      readonly kind: 'command';
      readonly words: readonly string[];
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'event'; readonly text: string };

/** The conversation with one cloud, as its test writes it. */
interface BillLine {
  readonly kind: 'bill';
  readonly seed: number;
  readonly cloud: string;
  readonly model: string;
  readonly prices: readonly { readonly unit: string; readonly usdPerMillion: number }[];
  readonly asOf?: string;
  readonly turns: readonly {
    readonly input: number;
    readonly cached: number;
    readonly written: number;
    readonly output: number;
    readonly figureUsd?: number;
    readonly ledgerUsd?: number;
    readonly costOrigin?: string;
  }[];
  readonly sumUsd?: number;
  /** Tokens times prices, billionths of a USD a turn. */
  readonly reckoned: readonly number[];
}

const ORIGINS: Readonly<Record<string, string>> = { prices: 'prices', provider: 'its own figure' };

const PRICE_UNITS = ['input-token', 'cached-input-token', 'cache-write-token', 'output-token'];

function usd(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(9).replace(/0+$/, '').replace(/\.$/, '');
}

function billRows({ cloud, turns, reckoned }: BillLine): string[] {
  return turns.map((turn, place) => {
    const { input, cached, written, output, figureUsd, ledgerUsd, costOrigin } = turn;
    const isEqual = Math.round((figureUsd ?? reckoned[place]! / 1e9) * 1e9) === Math.round((ledgerUsd ?? NaN) * 1e9);
    const counts = [input - cached - written, cached, written, output];
    const money = [usd(reckoned[place]! / 1e9), usd(figureUsd), usd(ledgerUsd), ORIGINS[costOrigin ?? ''] ?? '?'];
    return `| ${[place === 0 ? cloud : '', place + 1, ...counts, ...money, isEqual ? 'yes' : 'NO'].join(' | ')} |`;
  });
}

function priceRow({ cloud, model, prices, asOf, sumUsd }: BillLine): string {
  const cells = PRICE_UNITS.map((unit) => usd(prices.find((price) => price.unit === unit)?.usdPerMillion));
  return `| ${[cloud, `\`${model}\``, ...cells, asOf ?? 'told by its list', usd(sumUsd)].join(' | ')} |`;
}

function describeBills(bills: readonly BillLine[]): string {
  return `Every answer of a fake tells tokens (and OpenRouter's a cost) that were chosen by seed ${bills[0]?.seed ?? '?'}: the beginning is kept at the first turn and read again at the later ones, as far as the wire tells of it.
"Reckoned" is tokens times these prices in whole numbers, apart from the code of the house. "Told" is the figure of the cloud itself, which wins over prices. The ledger must hold the one or the other to the billionth, and its sum must be that of its rows.

USD for a million tokens:

| cloud | model | new input | kept input | newly kept | output | prices of | spent by the ledger's sum |
| --- | --- | ---: | ---: | ---: | ---: | --- | ---: |
${bills.map(priceRow).join('\n')}

| cloud | turn | new input | kept | newly kept | output | reckoned, USD | told, USD | ledger, USD | known by | agree |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |
${bills.flatMap(billRows).join('\n')}`;
}

function describeCommand(line: ChainLine): string {
  if (line.kind === 'event') return `*** ${line.text}`;
  const { words, exitCode, stdout, stderr } = line;
  const said = [stdout.trim(), stderr.trim()].filter((text) => text !== '').join('\n\n');
  const typed = words.map((word) => (/[^\w-]/.test(word) ? `"${word}"` : word)).join(' ');
  return `$ wooster ${typed}\n${said}${exitCode === 0 ? '' : `\n(exit code ${exitCode})`}`;
}

function describeClouds(told: readonly unknown[], verdict: string): string {
  const lines = told as readonly (ChainLine | BillLine)[];
  const bills = lines.filter((line): line is BillLine => line.kind === 'bill');
  const chain = lines.filter((line): line is ChainLine => line.kind !== 'bill');
  return `# Clouds behind the local model

${verdict}

Servers that speak the wires of the real ones, each a process on this machine, take the place of Ollama, Anthropic, OpenAI, Gemini and OpenRouter; nothing
leaves it. That the fakes speak as the services do is held against their documented wires in \`test/fakes/support/wires\`. All else is real: clients, router, ledger, command line.

## What each answer costs

${describeBills(bills)}

## A chain of three, killed link by link

The provider file users have, with a local model, Claude and OpenAI, in this order. Each command is a process of its own, as a person types it; addresses are named after their servers, and
what was done outside is marked by \`***\`.

\`\`\`text
${chain.map(describeCommand).join('\n\n')}
\`\`\`
`;
}

/** A chain of a local model and two clouds goes on while its links die, and what clouds cost is what the ledger holds. */
export const proof: Proof = {
  project: 'unit',
  test: 'test/plugins/cloud-models/proof',
  file: 'clouds.md',
  limitMs: 300_000,
  describe: describeClouds,
};
