import assert from 'node:assert/strict';
import Module from 'node:module';
import { resolve } from 'node:path';
import { test } from 'node:test';
import manifest from '../package.json';
import { LENS_COMMANDS } from '../src/names';

/**
 * The built extension, started without an editor. What it needs before a server runs is stood in for below; anything
 * else of the editor's interface is an empty class, as the client library derives its own from them when it is loaded.
 */
const registered = new Map<string, (...args: unknown[]) => Promise<void>>();
const errors: unknown[][] = [];
const executed: unknown[][] = [];
const disposable = { dispose: () => undefined };
const listen = (): typeof disposable => disposable;
let path = '/nowhere/at/all/nurture';
const configurationListeners: ((event: { affectsConfiguration: (name: string) => boolean }) => void)[] = [];
const status = { text: '', detail: '', severity: 0, busy: false, name: '', command: undefined, dispose: () => undefined };
const log = { info: listen, warn: listen, error: listen, appendLine: listen, show: listen, dispose: listen };

class Position {
  constructor(readonly line: number, readonly character: number) {}
}

class Range {
  constructor(readonly start: Position, readonly end: Position) {}
}

class Location {
  constructor(readonly uri: unknown, readonly range: Range) {}
}

const known: Record<string, unknown> = {
  Position,
  Range,
  Location,
  EventEmitter: class {
    event = listen;
    fire = listen;
    dispose = listen;
  },
  LanguageStatusSeverity: { Information: 0, Warning: 1, Error: 2 },
  Uri: { parse: (text: string) => ({ text, toString: () => text }), from: (parts: object) => parts },
  window: {
    createOutputChannel: () => log,
    activeTextEditor: undefined,
    showErrorMessage: async (...args: unknown[]) => {
      errors.push(args);
      return 'Open Settings';
    },
    showInputBox: async () => 'one_shot',
  },
  languages: { createLanguageStatusItem: () => status, getDiagnostics: () => [] },
  commands: {
    registerCommand: (name: string, run: (...args: unknown[]) => Promise<void>) => {
      assert.ok(!registered.has(name), `${name} is registered twice`);
      registered.set(name, run);
      return disposable;
    },
    executeCommand: async (...args: unknown[]) => void executed.push(args),
  },
  workspace: {
    workspaceFolders: undefined,
    textDocuments: [],
    getConfiguration: () => ({ get: () => path }),
    registerTextDocumentContentProvider: listen,
    onDidChangeConfiguration: (listener: (typeof configurationListeners)[number]) => {
      configurationListeners.push(listener);
      return disposable;
    },
    onDidGrantWorkspaceTrust: listen,
    onDidSaveTextDocument: listen,
  },
};
const editor = new Proxy(known, { get: (target, name: string) => target[name] ?? class {} });

interface Extension {
  activate(context: { subscriptions: unknown[] }): void;
  deactivate(): Promise<void>;
}

const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
const load = loader._load;
loader._load = function (request, ...rest) {
  return request === 'vscode' ? editor : load.call(this, request, ...rest);
};
const extension = load.call(Module, resolve('dist/extension.js'), null, false) as Extension;

/** All that has been begun without waiting for it has a turn. */
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 200));
const run = async (name: string, ...args: unknown[]): Promise<string> => {
  errors.length = 0;
  const command = registered.get(name);
  assert.ok(command, name);
  await command(...args);
  return String(errors[0]?.[0] ?? '');
};

test('every command is registered, once', () => {
  extension.activate({ subscriptions: [] });
  const all = new Set([...manifest.contributes.commands.map(({ command }) => command), ...LENS_COMMANDS]);
  assert.deepEqual([...registered.keys()].toSorted(), [...all].toSorted());
});

test('a missing program is said, with what to do about it', async () => {
  await settled();
  assert.deepEqual(errors[0]?.slice(1), ['Open Settings', 'Try Again']);
  assert.match(String(errors[0]?.[0]), /no program at "\/nowhere.*nurture\.path/);
  assert.deepEqual(executed[0], ['workbench.action.openSettings', 'nurture.path']);
  assert.equal(status.severity, 2);
  assert.equal(status.busy, false);
});

test('a program without a language server is told from a missing one, after a change of the setting', async () => {
  errors.length = 0;
  path = '/bin/false';
  for (const listener of configurationListeners) listener({ affectsConfiguration: (name) => name === 'nurture.path' });
  await settled();
  assert.match(String(errors[0]?.[0]), /no language server/);
});

test('without a policy or a server the commands say what is missing', async () => {
  for (const name of ['nurture.showJourney', 'nurture.showGraph', 'nurture.showPlan', 'nurture.test', 'nurture.simulate']) {
    assert.match(await run(name), /Open a \.nurture file/, name);
  }
  assert.match(await run('nurture.showJourney', 'file:///a', 'p'), /not running/);
  assert.match(await run('nurture.explainRule'), /not running/);
  assert.match(await run('nurture.showReferences', 'file:///a'), /no references/);
});

test('references are shown by the editor', async () => {
  executed.length = 0;
  const range = { start: { line: 1, character: 2 }, end: { line: 1, character: 5 } };
  assert.equal(await run('nurture.showReferences', 'file:///a', range.start, [{ uri: 'file:///b', range }]), '');
  const [command, uri, position, locations] = executed[0] ?? [];
  assert.equal(command, 'editor.action.showReferences');
  assert.equal(String(uri), 'file:///a');
  assert.deepEqual(position, new Position(1, 2));
  assert.equal(String((locations as Location[])[0]?.uri), 'file:///b');
  assert.deepEqual((locations as Location[])[0]?.range, new Range(new Position(1, 2), new Position(1, 5)));
});

test('it ends in order', async () => {
  await extension.deactivate();
});
