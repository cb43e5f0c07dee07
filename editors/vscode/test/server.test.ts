import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { serverProblem } from '../src/binary';
import { readReferences } from '../src/args';
import { journeyPage } from '../src/journey';
import { JUDGED, LANGUAGE, LENS_COMMANDS, REQUESTS, SERVER_COMMANDS } from '../src/names';
import { isObject, readExplanation, readGraph, readPlan, readSimulation, readTestResult } from '../src/protocol';
import { fillIn } from './snippets';

/** The real server, asked for all that the extension asks of it. The policy is the snippets, filled in. */
// Set to nothing is not set.
const nurture = process.env['NURTURE'] || undefined;
const options = { skip: nurture === undefined ? 'NURTURE names no program' : false, timeout: 60_000 };

const folder = mkdtempSync(join(tmpdir(), 'nurture-server-'));
const file = join(folder, 'policy.nurture');
const uri = pathToFileURL(file).href;
const snippets = Object.values(JSON.parse(readFileSync('snippets/nurture.json', 'utf8')) as Record<string, { body: string[] }>);
const source = snippets.map(({ body }) => fillIn(body)).join('\n');
let child: ChildProcess | undefined;
let connection: MessageConnection | undefined;
let rulebookAsked = (): void => undefined;
const judged = new Promise<void>((done) => (rulebookAsked = done));
let answer: Record<string, unknown> = {};

function ask(method: string, params: unknown): Promise<unknown> {
  assert.ok(connection);
  return connection.sendRequest(method, params);
}

before(async () => {
  if (nurture === undefined) return;
  assert.equal(await serverProblem(nurture), undefined);
  writeFileSync(join(folder, 'nurture.toml'), '');
  writeFileSync(file, source);
  child = spawn(nurture, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  assert.ok(child.stdout && child.stdin);
  connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  // What the server asks its client, and does not need an answer to.
  connection.onRequest(() => null);
  connection.onNotification(JUDGED, () => rulebookAsked());
  connection.listen();
  const initialized = await ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'policy' }],
    capabilities: { textDocument: { codeLens: {} } },
    initializationOptions: { commands: [...LENS_COMMANDS] },
  });
  assert.ok(isObject(initialized) && isObject(initialized['capabilities']));
  answer = initialized['capabilities'];
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: LANGUAGE, version: 1, text: source } });
});

after(async () => {
  if (connection !== undefined) {
    await ask('shutdown', undefined);
    await connection.sendNotification('exit');
    connection.dispose();
  }
  child?.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('the server carries out the commands that the extension sends it, and no others of the same name', options, () => {
  const provider = answer['executeCommandProvider'];
  assert.ok(isObject(provider) && Array.isArray(provider['commands']));
  for (const command of Object.values(SERVER_COMMANDS)) assert.ok(provider['commands'].includes(command), command);
  for (const command of LENS_COMMANDS) assert.ok(!provider['commands'].includes(command), command);
});

test('the plan', options, async () => {
  const plan = readPlan(await ask(REQUESTS.plan, { textDocument: { uri } }));
  assert.ok('json' in plan);
  assert.match(plan.json, /"fingerprint"/);
});

test('the graph, and the picture of it', options, async () => {
  const programs = readGraph(await ask(REQUESTS.graph, { textDocument: { uri } }));
  assert.deepEqual(programs.map(({ name }) => name), ['first_steps']);
  await judged;
  const [program] = readGraph(await ask(REQUESTS.graph, { textDocument: { uri }, program: 'first_steps' }));
  assert.ok(program);
  assert.notEqual(program.verdict, null);
  assert.equal(program.uri, uri);
  const kinds = new Set(program.nodes.map(({ kind }) => kind));
  for (const kind of ['audience', 'track', 'touch', 'wait_until', 'if', 'goal'] as const) assert.ok(kinds.has(kind), kind);
  assert.ok(program.edges.length >= program.nodes.length - 3);
  const page = journeyPage(program, 'n');
  for (const shown of ['first_guide', '>email<', '>ad<', 'class="verdict']) assert.ok(page.includes(shown), shown);
});

test('a timeline', options, async () => {
  const facts = { role: 'manager', industry: 'retail', employees: 200, consent: 'opted_in', customer: false, created: '2025-12-01', email: 'ada@example.com' };
  const lead = { id: 'ada', facts, timeline: [{ at: '2026-03-02 09:30', did: 'visit', with: { page: '/why' } }] };
  assert.match(readSimulation(await ask(REQUESTS.simulate, { textDocument: { uri }, lead, days: 30 })), /first_guide/);
  await assert.rejects(ask(REQUESTS.simulate, { textDocument: { uri }, lead: { facts: { role: 'nobody' } }, days: 30 }));
});

test('tests are run, all or one', options, async () => {
  const run = async (given: unknown[]): Promise<unknown> => ask('workspace/executeCommand', { command: SERVER_COMMANDS.runTest, arguments: given });
  for (const given of [[uri], [uri, 'a manager who looks around gets the guide']]) {
    const { passed, text } = readTestResult(await run(given));
    assert.ok(passed, text);
  }
});

test('a rule is explained, and an unknown one is an error', options, async () => {
  const explain = (name: string): Promise<unknown> => ask('workspace/executeCommand', { command: SERVER_COMMANDS.explain, arguments: [name] });
  assert.match(readExplanation(await explain('one_shot')), /one_shot/);
  await assert.rejects(explain('no_such_rule'));
});

test('lenses carry what the extension carries out', options, async () => {
  await judged;
  const lenses = await ask('textDocument/codeLens', { textDocument: { uri } });
  assert.ok(Array.isArray(lenses));
  const commands = await Promise.all(
    lenses.map(async (lens: unknown) => {
      assert.ok(isObject(lens));
      const resolved = isObject(lens['command']) ? lens : await ask('codeLens/resolve', lens);
      assert.ok(isObject(resolved) && isObject(resolved['command']));
      return resolved['command'];
    }),
  );
  const names = new Set(commands.map(({ command }) => command));
  assert.ok(names.has('nurture.showReferences') && names.has('nurture.showJourney') && names.has(SERVER_COMMANDS.runTest));
  for (const { command, arguments: given } of commands) {
    if (command === 'nurture.showReferences') assert.ok(Array.isArray(given) && readReferences(given) !== undefined);
    if (command === 'nurture.showJourney') assert.deepEqual(given, [uri, 'first_steps']);
  }
});
