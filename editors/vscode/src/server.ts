/** The language server: started, stopped, asked, and its state shown. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, State, type Middleware } from 'vscode-languageclient/node';
import { findBinary, isProgram, runnable, serverProblem } from './binary';
import { JUDGED, LANGUAGE, LENS_COMMANDS, SERVER_COMMANDS } from './names';

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly output = vscode.window.createOutputChannel('nurture', { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem('nurture.server', { language: LANGUAGE });
  /** Starting and stopping take turns: two changes of a setting in a row must not start two servers. */
  private turn: Promise<void> = Promise.resolve();
  private readonly judged = new vscode.EventEmitter<void>();
  /** The server knows new verdicts. */
  readonly onDidJudge = this.judged.event;

  constructor(private readonly middleware: Middleware) {
    this.status.name = 'nurture';
    this.status.command = { command: 'nurture.showOutput', title: 'Output' };
  }

  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.end();
      await this.begin();
    });
    return this.turn;
  }

  stop(): Promise<void> {
    this.turn = this.turn.then(() => this.end());
    return this.turn;
  }

  showOutput(): void {
    this.output.show(true);
  }

  /** Asks the server. Without one, the person is told what to do, and the error says it again. */
  async request(method: string, params: unknown): Promise<unknown> {
    await this.turn;
    if (this.client === undefined || !this.client.isRunning()) {
      throw new Error('The nurture language server is not running. "nurture: Restart the Language Server" starts it.');
    }
    return this.client.sendRequest(method, params);
  }

  dispose(): void {
    this.judged.dispose();
    this.status.dispose();
    this.output.dispose();
  }

  private async begin(): Promise<void> {
    this.show('Starting', true);
    const found = findBinary(vscode.workspace.getConfiguration('nurture').get<string>('path', 'nurture'), {
      platform: process.platform,
      env: process.env,
      home: homedir(),
      workspaceFolder: vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === 'file')?.uri.fsPath,
      isProgram,
    });
    if ('problem' in found) return this.fail(found.problem);
    const problem = await serverProblem(found.path);
    if (problem !== undefined) return this.fail(problem);
    this.output.info(`Starting ${found.path} lsp`);
    const { command, shell } = runnable(found.path);
    const client = new LanguageClient(
      'nurture',
      'nurture',
      { command, args: ['lsp'], options: { shell } },
      {
        documentSelector: [{ scheme: 'file', language: LANGUAGE }],
        outputChannel: this.output,
        initializationOptions: { commands: [...LENS_COMMANDS, SERVER_COMMANDS.runTest] },
        middleware: this.middleware,
      },
    );
    client.onNotification(JUDGED, () => this.judged.fire());
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) this.show(client.initializeResult?.serverInfo?.version ?? 'Running', false);
      if (newState === State.Stopped && this.client === client) this.show('Stopped', false, vscode.LanguageStatusSeverity.Warning);
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      // The client is kept: it tries some more times by itself.
      this.fail(`The nurture language server did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (error) {
      // A server that has ended by itself cannot be asked to; there is nothing left to stop.
      this.output.warn(`The language server did not stop in order: ${String(error)}`);
    }
  }

  private fail(problem: string): void {
    this.output.error(problem);
    this.show(problem, false, vscode.LanguageStatusSeverity.Error);
    void this.offer(problem);
  }

  private async offer(problem: string): Promise<void> {
    const [settings, again] = ['Open Settings', 'Try Again'];
    const chosen = await vscode.window.showErrorMessage(problem, settings, again);
    if (chosen === settings) await vscode.commands.executeCommand('workbench.action.openSettings', 'nurture.path');
    if (chosen === again) await this.restart();
  }

  private show(detail: string, busy: boolean, severity = vscode.LanguageStatusSeverity.Information): void {
    this.status.text = severity === vscode.LanguageStatusSeverity.Error ? 'nurture is not running' : 'nurture';
    this.status.detail = detail;
    this.status.busy = busy;
    this.status.severity = severity;
  }
}
