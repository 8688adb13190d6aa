interface Commander {
  sendCommand(command: { name: string }, ...rest: unknown[]): unknown;
}

/** The commands that an ioredis client sends, by name, in order. */
export class RedisCommands {
  readonly #sent: string[] = [];

  constructor(client: unknown) {
    const commander = client as Commander;
    const send = commander.sendCommand.bind(client);
    commander.sendCommand = (command, ...rest) => {
      this.#sent.push(command.name);
      return send(command, ...rest);
    };
  }

  /** Those that the task sent, and nobody else meanwhile. */
  async during(task: () => Promise<unknown>): Promise<string[]> {
    this.#sent.length = 0;
    await task();
    return [...this.#sent];
  }
}
