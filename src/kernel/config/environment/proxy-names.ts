import type { EnvironmentName } from './environment-name.ts';

const NAMES: readonly EnvironmentName[] = [
  {
    name: 'HTTPS_PROXY',
    form: 'text',
    meaning: 'Forward proxy by which clouds are reached over https: `http://user:password@host:port`.',
  },
  { name: 'HTTP_PROXY', form: 'text', meaning: 'Forward proxy for clouds over plain http.' },
  { name: 'ALL_PROXY', form: 'text', meaning: 'Forward proxy where neither of the two is set.' },
  {
    name: 'NO_PROXY',
    form: 'text',
    meaning: 'Hosts that are reached without a proxy: names, `.example.com`, addresses, networks, `*`.',
  },
];

/** Names of forward proxies. Local targets are never reached by one; lower case comes first where both are set. */
export const PROXY_NAMES: readonly EnvironmentName[] = NAMES.flatMap((row) => [
  row,
  { ...row, name: row.name.toLowerCase(), meaning: `The same as \`${row.name}\`, and it comes first.` },
]);
