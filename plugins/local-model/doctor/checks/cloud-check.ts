import type { Finding, HostSettings } from 'wooster';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** Every permission that some setting gives, with the setting. */
function permissionsOf({ routing, providers, embeddings }: HostSettings): readonly string[] {
  const everything = routing.cloudPermission && `every configured cloud (${routing.cloudPermission.origin})`;
  const single = providers.flatMap(({ id, isEnabled, permission }) =>
    permission === undefined || !isEnabled ? [] : [`${id} (${permission.origin})`],
  );
  const purposes = Object.values(embeddings).flatMap((purpose) =>
    typeof purpose === 'object' && purpose.permission !== undefined
      ? [`embeddings (${purpose.permission.origin})`]
      : [],
  );
  return [...new Set([everything, ...single, ...purposes].filter((each) => each !== undefined))];
}

/** Whether anything may leave the machines of the user, told plainly; it is never a fault. */
export function cloudCheck({ settings }: Pick<DoctorPorts, 'settings'>): CheckBody {
  return {
    async run() {
      const { localOnly, cloudRefusal } = settings.routing;
      const refusal = localOnly ?? cloudRefusal;
      if (refusal !== undefined) {
        const what = localOnly === undefined ? 'every cloud is refused' : 'local-only: nothing leaves your machines';
        return [{ state: 'ok', summary: `${what} (${refusal.origin})` }];
      }
      const permissions = permissionsOf(settings);
      const findings: Finding[] = permissions.map((each) => ({ state: 'info', summary: `permitted: ${each}` }));
      return findings.length > 0
        ? findings
        : [{ state: 'ok', summary: 'no setting permits a cloud, so none is used; a key alone permits nothing' }];
    },
  };
}
