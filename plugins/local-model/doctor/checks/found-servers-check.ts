import type { Finding } from 'wooster';
import { discoverServers } from '../../discovery/operation/discover-operation.ts';
import type { DiscoverResult } from '../../discovery/operation/discover-schema.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

type Row = DiscoverResult['servers'][number];

function describe({ name, version, address, models }: Row): string {
  const count = models === undefined ? '' : `, ${models.length} model${models.length === 1 ? '' : 's'}`;
  return `${[name, version].filter(Boolean).join(' ')} at ${address}${count}`;
}

/** What is told of a server that is not configured; `saved` are the addresses that the fix has written. */
function findingOf(row: Row, saved: ReadonlySet<string>): Finding {
  const what = describe(row);
  if (saved.has(row.address)) return { state: 'ok', summary: `${what}: written into config/local.json` };
  if (row.note !== undefined) return { state: 'info', summary: what, remedy: row.note };
  const remedy = '"wooster models --discover --save" writes it into config/local.json';
  return { state: 'info', summary: `${what} is not configured`, remedy, canFix: true };
}

/** Servers of this machine that nobody configured; the fix writes those that can be used into `config/local.json`. */
export function foundServersCheck({ discoverPorts }: Pick<DoctorPorts, 'discoverPorts'>): CheckBody {
  const written = new Set<string>();
  return {
    async run(signal) {
      const { refusal } = discoverPorts().discovery;
      if (refusal !== undefined) return [{ state: 'ok', summary: `not looked for: ${refusal}` }];
      const { servers } = await discoverServers(discoverPorts(), { save: false }, signal);
      // What is no model server is nobody's business here.
      const strangers = servers.filter(({ isConfigured, engine }) => !isConfigured && engine !== 'unknown');
      if (strangers.length > 0) return strangers.map((row) => findingOf(row, written));
      return [{ state: 'ok', summary: 'no server runs here that is not configured' }];
    },
    async fix({ signal }) {
      const { saved = [], servers, file } = await discoverServers(discoverPorts(), { save: true }, signal);
      for (const { address, provider } of servers)
        if (provider !== undefined && saved.includes(provider)) written.add(address);
      return saved.length === 0 ? 'nothing to write' : `wrote ${saved.join(', ')} into ${file}`;
    },
  };
}
