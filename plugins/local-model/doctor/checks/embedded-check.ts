import type { Finding } from 'wooster';
import { totalBytes } from '../../weights/weights-file.ts';
import { prepareEverything } from '../../runtime/prepare-everything.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : ` (${Math.round(bytes / 1e6)} MB)`;
}

/** What is missing and may be fetched, or why it may not. */
function missing(what: string, { downloadRefusal, mayDownload }: DoctorPorts['runtime']): Finding {
  const summary = `${what} is not on this machine`;
  if (downloadRefusal !== undefined) {
    const remedy = `nothing may be fetched (${downloadRefusal}): put the file into a folder of embedded.localDirectories`;
    return { state: 'warning', summary, remedy };
  }
  const otherwise = mayDownload ? '; otherwise its first use does' : '';
  return { state: 'warning', summary, remedy: `"wooster setup" fetches it${otherwise}`, canFix: true };
}

async function chatModel({ runtime }: DoctorPorts): Promise<Finding> {
  const entry = await runtime.entry();
  if (entry === undefined) {
    const remedy = 'choose one of "wooster setup --list" for embedded.model';
    return { state: 'fault', summary: `there is no embedded model ${runtime.modelId}`, remedy };
  }
  if (entry.missing !== undefined) {
    return { state: 'fault', summary: entry.missing, remedy: 'name another model in embedded.model' };
  }
  if (await runtime.isPresent()) return { state: 'ok', summary: `${entry.title} and its engine are here` };
  if (runtime.ownFile !== undefined && entry.bytes === undefined) {
    const remedy = 'put it there, or name another in embedded.model';
    return { state: 'fault', summary: `${runtime.ownFile}: there is no such file`, remedy };
  }
  return missing(`${entry.title}${megabytes(entry.bytes)} or its engine`, runtime);
}

async function embedders({ runtime }: DoctorPorts): Promise<readonly Finding[]> {
  const wanted = runtime.embedders.wanted();
  return Promise.all(
    wanted.map(async (entry): Promise<Finding> => {
      if (await runtime.embedders.isPresent(entry.id)) {
        return { state: 'ok', summary: `${entry.title} (embeddings) and its engine are here` };
      }
      return missing(`${entry.title}${megabytes(totalBytes(entry))} for embeddings or its engine`, runtime);
    }),
  );
}

/** Whether the models inside Wooster and their engines are on this machine; the fix fetches them as `setup` does. */
export function embeddedCheck(ports: DoctorPorts): CheckBody {
  return {
    async run() {
      if (!ports.settings.embedded.isEnabled) {
        return [{ state: 'info', summary: 'no model runs inside Wooster (embedded.enabled: false)' }];
      }
      return [await chatModel(ports), ...(await embedders(ports))];
    },
    async fix({ signal, progress }) {
      const subscription = ports.runtime.onPreparation(progress);
      try {
        const { modelPath, embedderPaths } = await prepareEverything(ports.runtime, signal);
        return ['ready', modelPath, ...embedderPaths].join(' ');
      } finally {
        progress.finish();
        await subscription.dispose();
      }
    },
  };
}
