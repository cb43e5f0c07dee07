/** What the extension does in the editor. All that needs no editor is in modules of its own. */
import * as vscode from 'vscode';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import { readDays, readJourney, readReferences, testTitles, type View } from './args';
import { Documents } from './documents';
import { LANGUAGE, LENS_COMMANDS, PALETTE_COMMANDS, SERVER_COMMANDS, type Command } from './names';
import { Journeys } from './panel';
import { programAt, readTestResult, type Program } from './protocol';
import { Server } from './server';

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  // Lenses and fixes of the server carry its commands; what they answer is shown here.
  const started = new Server({
    executeCommand: async (command, args, next): Promise<unknown> => {
      if (command === SERVER_COMMANDS.explain && typeof args[0] === 'string') {
        await explain(args[0]);
        return undefined;
      }
      const answer: unknown = await next(command, args);
      if (command === SERVER_COMMANDS.runTest) showTestResult(answer);
      return answer;
    },
  });
  server = started;
  const documents = new Documents(started);
  const journeys = new Journeys(started);
  const results = vscode.window.createOutputChannel('nurture tests');
  context.subscriptions.push(started, documents, journeys, results);

  function showTestResult(answer: unknown): void {
    const { passed, text } = readTestResult(answer);
    results.appendLine(text.trimEnd());
    if (!passed) results.show(true);
  }

  async function explain(name: string): Promise<void> {
    const address = await documents.prepare(`${name}.md`, { view: 'explain', name });
    await vscode.commands.executeCommand('markdown.showPreviewToSide', address);
  }

  async function beside(name: string, view: View): Promise<void> {
    const document = await vscode.workspace.openTextDocument(await documents.prepare(name, view));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  async function chooseProgram(args: readonly unknown[]): Promise<{ uri: string; program: Program } | undefined> {
    const given = readJourney(args);
    const uri = given?.uri ?? policyFile().uri.toString();
    const programs = await journeys.graph(uri, given?.program);
    if (programs.length === 0) throw new Error(given === undefined ? 'This policy has no program yet.' : `There is no program ${given.program}.`);
    let [program] = programs;
    if (programs.length > 1) {
      // The one in which the cursor stands comes first.
      const editor = vscode.window.activeTextEditor;
      const here = editor && programAt(programs, editor.document.uri.toString(), editor.selection.active.line);
      const items = programs
        .toSorted((one, other) => Number(other === here) - Number(one === here))
        .map((one) => ({ label: one.name, description: one.title ?? '', detail: one.verdict ?? '', program: one }));
      program = (await vscode.window.showQuickPick(items, { placeHolder: 'Which program?', matchOnDescription: true }))?.program;
    }
    return program === undefined ? undefined : { uri, program };
  }

  const commands: Record<Command, (...args: unknown[]) => Promise<void>> = {
    'nurture.showJourney': async (...args) => {
      const chosen = await chooseProgram(args);
      if (chosen !== undefined) journeys.show(chosen.uri, chosen.program);
    },
    'nurture.showGraph': async (...args) => {
      const chosen = await chooseProgram(args);
      if (chosen === undefined) return;
      const name = chosen.program.name;
      await beside(`${name}.txt`, { view: 'graph', uri: chosen.uri, program: name });
    },
    'nurture.showPlan': async () => {
      await beside('plan.json', { view: 'plan', uri: policyFile().uri.toString() });
    },
    'nurture.test': async () => {
      const document = policyFile();
      const all = 'All tests of the policy';
      const titles = testTitles(document.getText());
      const chosen = titles.length === 0 ? all : await vscode.window.showQuickPick([all, ...titles], { placeHolder: 'Which test?' });
      if (chosen === undefined) return;
      const given = [document.uri.toString(), ...(chosen === all ? [] : [chosen])];
      showTestResult(await started.request(ExecuteCommandRequest.method, { command: SERVER_COMMANDS.runTest, arguments: given }));
    },
    'nurture.explainRule': async () => {
      const name = await vscode.window.showInputBox({
        prompt: 'The name of a rule or a check, as a finding shows it in brackets',
        value: nameAtCursor(),
      });
      if (name !== undefined && name.trim() !== '') await explain(name.trim());
    },
    'nurture.simulate': async () => {
      const uri = policyFile().uri.toString();
      const [lead] = (await vscode.window.showOpenDialog({ title: 'Which lead?', openLabel: 'Play', filters: { 'A lead': ['json'] } })) ?? [];
      if (lead === undefined) return;
      const days = await vscode.window.showInputBox({
        prompt: 'For how many days?',
        value: '90',
        validateInput: (typed) => (readDays(typed) === undefined ? 'A whole number of days, from 1 to 3650' : undefined),
      });
      const count = days === undefined ? undefined : readDays(days);
      if (count === undefined) return;
      const name = lead.path.slice(lead.path.lastIndexOf('/') + 1).replace(/\.json$/, '');
      await beside(`${name}.timeline.txt`, { view: 'simulate', uri, lead: lead.toString(), days: count });
    },
    'nurture.restart': () => started.restart(),
    'nurture.showOutput': async () => started.showOutput(),
    'nurture.showReferences': async (...args) => {
      const given = readReferences(args);
      if (given === undefined) throw new Error('The language server named no references.');
      const position = ({ line, character }: { line: number; character: number }): vscode.Position => new vscode.Position(line, character);
      await vscode.commands.executeCommand(
        'editor.action.showReferences',
        vscode.Uri.parse(given.uri),
        position(given.position),
        given.locations.map(
          ({ uri, range }) => new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(position(range.start), position(range.end))),
        ),
      );
    },
  };

  for (const name of new Set<Command>([...PALETTE_COMMANDS, ...LENS_COMMANDS])) {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (...args: unknown[]) => {
        try {
          await commands[name](...args);
        } catch (error) {
          void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
        }
      }),
    );
  }

  const refresh = (): void => {
    documents.refreshAll();
    void journeys.refresh();
  };
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('nurture.path')) void started.restart();
    }),
    // The path of the program may stand in the settings of a folder, which hold only now.
    vscode.workspace.onDidGrantWorkspaceTrust(() => void started.restart()),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (document.languageId === LANGUAGE || document.fileName.endsWith('nurture.toml')) refresh();
    }),
    started.onDidJudge(refresh),
  );

  void started.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** The policy that the person looks at. */
function policyFile(): vscode.TextDocument {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== LANGUAGE) throw new Error('Open a .nurture file of the policy first.');
  return document;
}

/** What the person most likely wants explained: the finding under the cursor, else the word there. */
function nameAtCursor(): string {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== LANGUAGE) return '';
  const at = editor.selection.active;
  for (const { range, code } of vscode.languages.getDiagnostics(editor.document.uri)) {
    if (!range.contains(at) || code === undefined) continue;
    return String(typeof code === 'object' ? code.value : code);
  }
  const word = editor.document.getWordRangeAtPosition(at);
  return word === undefined ? '' : editor.document.getText(word);
}
