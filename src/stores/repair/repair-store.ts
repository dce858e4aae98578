import type { RepairReport } from '../../contracts/knowledge/upkeep.ts';
import { chooseIndexes } from '../indexes/choose-indexes.ts';
import { StoreLink } from '../link/store-link.ts';
import type { StoreEnvironment } from '../store-environment.ts';

/** As the driver's `repair`: the database first, then the indexes, which are made of it; at the end all is verified. */
export async function repairStore(
  location: string,
  environment: StoreEnvironment,
  signal: AbortSignal,
): Promise<RepairReport> {
  const link = new StoreLink(location, environment.workerFile);
  try {
    const { purpose, name, report } = await link.call('repair', { location }, signal, { isAwaited: true });
    await link.call('open', { purpose, name, location, create: false }, signal);
    const { choices } = await chooseIndexes(environment, report.kept.vectors, signal);
    await link.call('useIndexes', choices, signal);
    const { rebuilt, faults } = await link.call('verify', { isDeep: true }, signal);
    return { ...report, rebuilt: [...report.rebuilt, ...rebuilt], lost: [...report.lost, ...faults] };
  } finally {
    await link.close();
  }
}
