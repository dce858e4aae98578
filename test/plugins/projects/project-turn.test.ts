import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HumanMessage } from '@langchain/core/messages';
import { describe, expect, test } from '@jest/globals';
import { ingestAction } from '../../../plugins/projects/actions/ingest.ts';
import { projectCommand } from '../../../plugins/projects/agent/project-command.ts';
import { projectSource } from '../../../plugins/projects/agent/project-source.ts';
import { questionOf } from '../../../plugins/projects/agent/question-of.ts';
import { searchProjectTool } from '../../../plugins/projects/agent/search-project-tool.ts';
import { LOCAL_PRINCIPAL, type AgentRequest, type ChatCommandContext } from '../../../src/index.ts';
import { makeRig, type ProjectRig } from './rig.ts';

const { signal } = new AbortController();

function turn(questions: readonly string[], project?: string): AgentRequest {
  return {
    messages: questions.map((question) => new HumanMessage(question)),
    principal: LOCAL_PRINCIPAL,
    approvals: async () => false,
    signal,
    project,
  };
}

async function ingested(): Promise<ProjectRig> {
  const rig = await makeRig();
  await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
  return rig;
}

describe('a turn about a project', () => {
  test('gets passages with their place, heading and path', async () => {
    await using rig = await ingested();
    const { passages } = await projectSource(rig.ports.stores).collect(
      turn(['On which port listens it?'], 'notes'),
      signal,
    );
    expect(passages[0]).toMatchObject({
      source: 'guide/gateway.md:3',
      title: 'Gateway',
      path: 'guide/gateway.md',
      line: 3,
      text: expect.stringContaining('port 7777'),
    });
  });

  test('is told, and tells the model, when nothing was found', async () => {
    await using rig = await ingested();
    const context = await projectSource(rig.ports.stores).collect(turn(['Who painted Guernica?'], 'notes'), signal);
    expect(context).toMatchObject({
      passages: [],
      notices: ['nothing was found in project notes for this question'],
      instructions: [expect.stringContaining('do not make up')],
    });
  });

  test('has nothing added without a project, and is refused with one there is not', async () => {
    await using rig = await ingested();
    const source = projectSource(rig.ports.stores);
    expect(await source.collect(turn(['port?']), signal)).toEqual({ passages: [] });
    await expect(source.collect(turn(['port?'], 'other'), signal)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('there are notes'),
    });
  });

  test('opens its store once, and closes it with the plugin', async () => {
    await using rig = await ingested();
    const { stores } = rig.ports;
    const [first, second] = [await stores.of('notes', signal), await stores.of('notes', signal)];
    expect(first).toBe(second);
    await stores.dispose();
    expect(rig.stores.opened.get('projects/notes')?.isClosed).toBe(true);
  });

  test('searches for a short question together with the one before', () => {
    expect(questionOf(turn(['Where does the gateway listen?', 'And its token?']))).toBe(
      'Where does the gateway listen?\nAnd its token?',
    );
    const whole = 'What is the release token of the gateway?';
    expect(questionOf(turn(['Where does it listen?', whole]))).toBe(whole);
    expect(questionOf(turn([]))).toBe('');
  });

  test('gets another version of a passage as soon as anything in its document is another', async () => {
    await using rig = await ingested();
    const passagesNow = async () => {
      const asked = turn(['On which port listens it?'], 'notes');
      const { passages } = await projectSource(rig.ports.stores).collect(asked, signal);
      const context = { signal, principal: LOCAL_PRINCIPAL, project: 'notes' };
      const found = await searchProjectTool(rig.ports.stores).run({ query: 'port' }, context);
      return [passages[0], found.passages?.[0]];
    };
    const before = await passagesNow();
    await appendFile(join(rig.documents, 'guide', 'gateway.md'), '\n\n# Colour\n\nThe gateway is painted blue.\n');
    await rig.run(ingestAction(rig.ports), { folder: rig.documents, project: 'notes' });
    const after = await passagesNow();
    expect(after.map((passage) => passage?.text)).toEqual(before.map((passage) => passage?.text));
    for (const [at, passage] of after.entries()) {
      expect(passage?.version).toMatch(/^[^/]+\/[0-9a-f]{64}$/);
      expect(passage?.version).not.toBe(before[at]?.version);
    }
  });

  test('may search again by a tool, in its project only', async () => {
    await using rig = await ingested();
    const tool = searchProjectTool(rig.ports.stores);
    const found = await tool.run({ query: 'bananas' }, { signal, principal: LOCAL_PRINCIPAL, project: 'notes' });
    expect(found.passages).toMatchObject([{ source: 'fruit.txt:1' }]);
    expect(
      await tool.run({ query: 'guernica' }, { signal, principal: LOCAL_PRINCIPAL, project: 'notes' }),
    ).toMatchObject({
      text: 'nothing was found',
    });
    const without = tool.run({ query: 'bananas' }, { signal, principal: LOCAL_PRINCIPAL });
    await expect(without).rejects.toMatchObject({ code: 'E_TOOL' });
  });
});

describe('/project', () => {
  test('lists the projects, chooses one, and lets it go', async () => {
    await using rig = await ingested();
    const chosen: (string | undefined)[] = [];
    const context = (project?: string): ChatCommandContext => ({
      terminal: rig.terminal,
      signal,
      conversationId: 'c1',
      project,
      setProject: (name) => void chosen.push(name),
      startNew: () => 'c2',
      resume: () => {},
      leave: () => {},
    });
    const command = projectCommand(rig.ports.records);
    await command.run('', context('notes'));
    expect(rig.terminal.notes.at(-1)).toMatch(/^> notes {2}\//);
    await command.run('notes', context());
    await command.run('off', context('notes'));
    expect(chosen).toEqual(['notes', undefined]);
    await expect(command.run('other', context())).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
