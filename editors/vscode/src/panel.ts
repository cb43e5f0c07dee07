/** The pictures of programs, each in a panel of its own. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { readClick } from './args';
import { journeyPage } from './journey';
import { REQUESTS } from './names';
import { readGraph, type Program, type Range } from './protocol';
import type { Server } from './server';

interface Open {
  panel: vscode.WebviewPanel;
  uri: string;
  program: Program;
}

export class Journeys implements vscode.Disposable {
  private readonly open = new Map<string, Open>();

  constructor(private readonly server: Server) {}

  async graph(uri: string, program?: string): Promise<Program[]> {
    const params = { textDocument: { uri }, ...(program === undefined ? {} : { program }) };
    return readGraph(await this.server.request(REQUESTS.graph, params));
  }

  show(uri: string, program: Program): void {
    // The folder tells programs of one name in two policies apart.
    const key = JSON.stringify([vscode.Uri.joinPath(vscode.Uri.parse(program.uri), '..').toString(), program.name]);
    const known = this.open.get(key);
    if (known !== undefined) {
      known.program = program;
      known.panel.webview.html = page(program);
      known.panel.reveal(undefined, true);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      'nurture.journey',
      `Journey of ${program.name}`,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, enableFindWidget: true, localResourceRoots: [] },
    );
    const opened: Open = { panel, uri, program };
    this.open.set(key, opened);
    panel.onDidDispose(() => this.open.delete(key));
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const id = readClick(message);
      const node = opened.program.nodes.find((one) => one.id === id);
      if (node !== undefined) void openRange(opened.program.uri, node.range);
    });
    panel.webview.html = page(program);
  }

  /** Draws the open ones anew, as the policy has changed. */
  async refresh(): Promise<void> {
    for (const opened of this.open.values()) {
      let programs: Program[];
      try {
        programs = await this.graph(opened.uri, opened.program.name);
      } catch {
        // A policy that does not hold together just now keeps its last picture; the editor shows what is wrong.
        continue;
      }
      const program = programs.find((one) => one.name === opened.program.name);
      if (program === undefined) continue;
      // A page made anew flickers, so only one that looks otherwise is; the places in the file are new in any case.
      const same = journeyPage(opened.program, '') === journeyPage(program, '');
      opened.program = program;
      if (!same) opened.panel.webview.html = page(program);
    }
  }

  dispose(): void {
    for (const { panel } of [...this.open.values()]) panel.dispose();
  }
}

function page(program: Program): string {
  return journeyPage(program, randomBytes(16).toString('hex'));
}

async function openRange(uri: string, range: Range): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const seen = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: seen?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character),
  });
}
