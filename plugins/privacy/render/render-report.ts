import { style, table, wrapText, type RenderContext } from 'wooster';
import type { PrivacyReport, ProviderRow } from '../privacy-schema.ts';
import { describeClass, describeReceived, describeTime, describeTreatment } from './words.ts';

const FIRST_USE = {
  ask: 'you are asked before a cloud gets what is about a project for the first time',
  refuse: 'a cloud gets what is about a project only where you have allowed it',
  allow: 'a permitted cloud also gets what is about your projects, unless you refuse it',
} as const;

function headline({ providers, localOnlySwitch }: PrivacyReport): string {
  const clouds = providers.filter(({ where, receives }) => where === 'cloud' && receives !== 'nothing');
  if (clouds.length > 0)
    return `May receive something outside your machines: ${clouds.map(({ provider }) => provider).join(', ')}`;
  return localOnlySwitch.isOn
    ? 'Nothing leaves your machines: the local-only switch is on.'
    : 'Nothing leaves your machines: no cloud may receive anything.';
}

/** Facts under each other, wrapped beside their titles. */
function facts(rows: readonly (readonly [string, string])[], { width, hasColor }: RenderContext): string {
  const indent = Math.max(...rows.map(([title]) => title.length)) + 2;
  return rows
    .map(([title, text]) => {
      const lines = wrapText(text, Math.max(20, width - indent)).split('\n');
      return style(title.padEnd(indent), 'dim', hasColor) + lines.join(`\n${' '.repeat(indent)}`);
    })
    .join('\n');
}

function settingsOf(report: PrivacyReport, context: RenderContext): string {
  const { localOnlySwitch, everyCall, firstUse } = report;
  const reason = everyCall.why === 'default' ? '' : ` (${everyCall.why})`;
  return facts(
    [
      ['local-only switch', localOnlySwitch.isOn ? `on: ${localOnlySwitch.why}` : 'off'],
      ['every call', `${everyCall.privacy}: goes ${describeClass(everyCall.privacy)}${reason}`],
      ['projects', `${firstUse}: ${FIRST_USE[firstUse]}`],
    ],
    context,
  );
}

function colorOf({ receives, where }: ProviderRow): 'green' | 'yellow' | 'dim' {
  if (receives === 'nothing') return 'dim';
  return where === 'local' ? 'green' : 'yellow';
}

function providersTable({ providers }: PrivacyReport, context: RenderContext): string {
  return table(
    providers,
    [
      { title: 'provider', value: ({ provider }) => provider, isWhole: true },
      { title: 'where', value: (row) => style(row.where, colorOf(row), context.hasColor), isWhole: true },
      { title: 'may receive', value: describeReceived, isWhole: true },
      { title: 'projects', value: ({ projects }) => projects },
      { title: 'because', value: ({ why }) => why },
    ],
    context,
  );
}

function embeddingsTable({ embeddings }: PrivacyReport, context: RenderContext): string {
  return table(
    embeddings,
    [
      { title: 'texts of', value: ({ purpose }) => purpose, isWhole: true },
      { title: 'model', value: ({ model }) => model.split('/').at(-1) ?? model, isWhole: true },
      { title: 'go to', value: ({ goesTo }) => goesTo },
      { title: 'because', value: ({ why }) => why },
    ],
    context,
  );
}

function detectorsTable({ detectors }: PrivacyReport, context: RenderContext): string {
  return table(
    detectors,
    [
      { title: 'detector', value: ({ id }) => id, isWhole: true },
      { title: 'finds', value: ({ finds }) => finds },
      { title: 'then', value: ({ treatment }) => describeTreatment(treatment), isWhole: true },
      { title: 'because', value: ({ why }) => why },
    ],
    context,
  );
}

function rulesTable({ rules }: PrivacyReport, context: RenderContext): string {
  return table(
    rules,
    [
      { title: 'rule', value: ({ name }) => name, isWhole: true },
      { title: 'holds for', value: ({ holdsFor }) => holdsFor },
      { title: 'then', value: ({ treatment }) => describeTreatment(treatment), isWhole: true },
      { title: 'because', value: ({ why }) => why },
    ],
    context,
  );
}

function choicesTable({ classes, answers }: PrivacyReport, context: RenderContext): string {
  const rows = [
    ...classes.map(({ kind, id, privacy, since }) => ({ what: `${kind} ${id}`, choice: privacy, since })),
    ...answers.map(({ provider, project, isAllowed, since }) => ({
      what: `project ${project}`,
      choice: `${provider} ${isAllowed ? 'allowed' : 'refused'}`,
      since,
    })),
  ];
  return table(
    rows.sort((left, right) => left.what.localeCompare(right.what)),
    [
      { title: 'about', value: ({ what }) => what },
      { title: 'you chose', value: ({ choice }) => choice, isWhole: true },
      { title: 'since', value: ({ since }) => describeTime(since), isWhole: true },
    ],
    context,
  );
}

/** The whole report: a sentence that says the most important, then a table for each thing that decides. */
export function renderReport(report: PrivacyReport, context: RenderContext): string {
  const section = (title: string, body: string, empty: string): string =>
    `${style(title, 'cyan', context.hasColor)}\n${body === '' ? wrapText(empty, context.width) : body}`;
  return [
    style(headline(report), 'bold', context.hasColor),
    ...report.notices.map((notice) => style(wrapText(notice, context.width), 'red', context.hasColor)),
    settingsOf(report, context),
    section('Who may receive what', providersTable(report, context), 'There is no provider.'),
    section('Texts that are embedded', embeddingsTable(report, context), ''),
    section(
      'What is looked for before a cloud gets a text',
      detectorsTable(report, context),
      'Nothing: there is no detector.',
    ),
    section('Your rules', rulesTable(report, context), 'None; they are written as privacy.rules in config/local.json.'),
    section(
      'Your choices',
      choicesTable(report, context),
      'None; for example: wooster privacy set local-only --project <name>',
    ),
  ].join('\n\n');
}
