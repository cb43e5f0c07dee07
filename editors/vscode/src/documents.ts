/** Documents that are answers of the server: a plan, a graph as text, an explanation, a timeline. */
import * as vscode from 'vscode';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import { readView, type View } from './args';
import { REQUESTS, SERVER_COMMANDS } from './names';
import { outline } from './outline';
import { isObject, readExplanation, readGraph, readPlan, readSimulation } from './protocol';
import type { Server } from './server';

const SCHEME = 'nurture-view';

export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  /** What has been asked for and waits to be shown. */
  private readonly ready = new Map<string, string>();

  constructor(private readonly server: Server) {}

  /** Asks for a document first, so that what goes wrong is a plain message; then it can be opened at the address. */
  async prepare(name: string, view: View): Promise<vscode.Uri> {
    const address = vscode.Uri.from({ scheme: SCHEME, path: `/${name.replace(/[/\\?#]/g, '_')}`, query: JSON.stringify(view) });
    this.ready.set(address.toString(), await this.ask(view));
    // One that is open already may be of an older state of the policy.
    this.changed.fire(address);
    return address;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const key = uri.toString();
    const ready = this.ready.get(key);
    this.ready.delete(key);
    if (ready !== undefined) return ready;
    const view = readView(uri.query);
    if (view === undefined) throw new Error('This is no address of a nurture document.');
    try {
      return await this.ask(view);
    } catch (error) {
      // The policy has changed, and there is none now: the document says why.
      const message = error instanceof Error ? error.message : String(error);
      return view.view === 'plan' ? `// ${message}\n` : `${message}\n`;
    }
  }

  private async ask(view: View): Promise<string> {
    switch (view.view) {
      case 'plan': {
        const plan = readPlan(await this.server.request(REQUESTS.plan, { textDocument: { uri: view.uri } }));
        if ('json' in plan) return plan.json;
        throw new Error(`There is no plan: ${plan.errors === 1 ? 'one error stands' : `${plan.errors} errors stand`} in the way.`);
      }
      case 'graph': {
        const programs = readGraph(await this.server.request(REQUESTS.graph, { textDocument: { uri: view.uri }, program: view.program }));
        return programs.map(outline).join('\n');
      }
      case 'explain': {
        const asked = { command: SERVER_COMMANDS.explain, arguments: [view.name] };
        return readExplanation(await this.server.request(ExecuteCommandRequest.method, asked));
      }
      case 'simulate': {
        const lead: unknown = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(view.lead))));
        if (!isObject(lead)) throw new Error('The file holds no lead: it has to be a JSON object.');
        return readSimulation(await this.server.request(REQUESTS.simulate, { textDocument: { uri: view.uri }, lead, days: view.days }));
      }
    }
  }

  /** Makes all open ones anew, as the policy has changed. */
  refreshAll(): void {
    for (const document of vscode.workspace.textDocuments) if (document.uri.scheme === SCHEME) this.changed.fire(document.uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
