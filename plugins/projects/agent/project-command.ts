import type { ChatCommand } from 'wooster';
import type { ProjectRecords } from '../registry/project-records.ts';

/** `/project`: lists the projects, or chooses the one that questions are about. */
export function projectCommand(records: ProjectRecords): ChatCommand {
  return {
    id: 'project',
    usage: '[name | off]',
    summary: 'lists the projects, or answers from the documents of one; off answers without',
    run: async (rest, context) => {
      const { terminal, project } = context;
      const wanted = rest.trim();
      if (wanted === 'off') {
        context.setProject(undefined);
        terminal.note('questions are about no project');
        return;
      }
      if (wanted !== '') {
        const { name, folder } = await records.require(wanted);
        context.setProject(name);
        terminal.note(`questions are about project ${name} (${folder})`);
        return;
      }
      const known = await records.list();
      if (known.length === 0) terminal.note('there is no project yet; make one with: wooster ingest <folder>');
      for (const { name, folder } of known) terminal.note(`${name === project ? '>' : ' '} ${name}  ${folder}`);
    },
  };
}
