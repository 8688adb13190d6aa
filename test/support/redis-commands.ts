interface Commander {
  sendCommand(command: { name: string; promise: Promise<unknown> }, ...rest: unknown[]): unknown;
}

/** The commands that an ioredis client sends, by name, in order. */
export class RedisCommands {
  #trips: string[][] = [];

  constructor(client: unknown) {
    const commander = client as Commander;
    const send = commander.sendCommand.bind(client);
    let answered = 0;
    commander.sendCommand = (command, ...rest) => {
      const trips = this.#trips;
      if (trips.length === 0) answered = 0;
      const trip = answered;
      (trips[trip] ??= []).push(command.name);
      const answer = (): void => {
        if (trips === this.#trips) answered = Math.max(answered, trip + 1);
      };
      command.promise.then(answer, answer);
      return send(command, ...rest);
    };
  }

  /** Those that the task sent, and nobody else meanwhile. */
  async during(task: () => Promise<unknown>): Promise<string[]> {
    return (await this.trips(task)).flat();
  }

  /** The same, by trips to the server: what was sent before anything was answered, what once that was answered, and so on. */
  async trips(task: () => Promise<unknown>): Promise<string[][]> {
    const trips: string[][] = (this.#trips = []);
    await task();
    return trips;
  }
}
