import type { Proof } from '../proof.ts';

/** One conversation, as its test writes it. */
interface KilledLine {
  readonly mode: 'stop' | 'restart' | 'continue';
  readonly versions: readonly string[];
  readonly transcript: string;
  readonly figures: {
    readonly markMs: number;
    readonly resumedMs?: number;
    readonly nextMs: number;
    readonly nextOverheadMs: number;
    readonly afterReturnMs: number;
    readonly afterReturnOverheadMs: number;
  };
  readonly breakersBefore: string;
  readonly breakersOut: string;
  readonly breakersAfter: string;
  readonly whyNext: string;
  readonly whyAfterReturn: string;
}

const TITLES: Readonly<Record<KilledLine['mode'], string>> = {
  stop: 'The answer stays broken off (`stop`, the default)',
  restart: 'Another model is asked anew (`restart`)',
  continue: 'Another model carries on (`continue`)',
};

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : `${(milliseconds / 1_000).toFixed(2)} s`;
}

function block(command: string, text: string): string {
  return `\`${command}\`\n\n\`\`\`text\n${text}\n\`\`\``;
}

function figureRow({ mode, figures }: KilledLine): string {
  const { markMs, resumedMs, nextMs, nextOverheadMs, afterReturnMs, afterReturnOverheadMs } = figures;
  const ours = [nextOverheadMs, afterReturnOverheadMs].map((each) => `${Math.round(each)} ms`);
  return `| ${mode} | ${Math.round(markMs)} ms | ${seconds(resumedMs)} | ${seconds(nextMs)} | ${ours[0]} | ${seconds(afterReturnMs)} | ${ours[1]} |`;
}

function describeChat(line: KilledLine): string {
  return `## ${TITLES[line.mode]}

\`\`\`text
${line.transcript}
\`\`\``;
}

function describeKilledChat(told: readonly unknown[], verdict: string): string {
  const lines = told as readonly KilledLine[];
  const [first] = lines;
  if (first === undefined) return `# A chat whose model server is killed\n\n${verdict}\n`;
  return `# A chat whose model server is killed

${verdict}

A real ${first.versions[0]} is preferred, a real ${first.versions[1]} stands in for it, both with Qwen2.5-Coder 0.5B on one thread each. \`wooster chat\` runs in a
pseudo-terminal; the number before each line is the second at which it began, and what is marked by \`***\` was done outside. The server is killed by
SIGKILL after a dozen words of its answer, and started again on its port two turns later. The health check interval is 2 s here, 30 s by default: the return is
noticed within one.

| set to | kill to mark | kill to the words of the next model | next question to its words | of it not the model's | after the return | of it not the model's |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.map(figureRow).join('\n')}

${lines.map(describeChat).join('\n\n')}

## What is known meanwhile (\`${first.mode}\`)

Before the kill: ${block('wooster health --breakers', first.breakersBefore)}

While the server is gone: ${block('wooster health --breakers', first.breakersOut)}

Why the next question went to the stand-in: ${block('wooster why', first.whyNext)}

After its return: ${block('wooster health --breakers', first.breakersAfter)}

Why the last question went back: ${block('wooster why', first.whyAfterReturn)}
`;
}

/** A real llama-server is killed in mid-sentence, and a real Ollama stands in. */
export const proof: Proof = {
  project: 'real',
  test: 'test/real/failover/killed-primary.test.ts',
  file: 'killed-chat.md',
  limitMs: 900_000,
  describe: describeKilledChat,
};
