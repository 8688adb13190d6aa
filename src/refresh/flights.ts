import { abortable } from "../abortable.ts";

interface Flight<Result> {
  readonly result: Promise<Result>;
  readonly abandoned: AbortController;
  waiters: number;
}

/** Single-flight: whoever asks for what is under way already joins it. */
export class Flights<Result> {
  readonly #flights = new Map<string, Flight<Result>>();

  /**
   * Joins the flight of that key, or starts one. The caller's signal ends its own waiting; `start` is told
   * by a signal when nobody waits any more, and may use it to give up what has not begun yet.
   */
  async join(key: string, start: (abandoned: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, start);
    flight.waiters++;
    try {
      return await abortable(flight.result, signal);
    } finally {
      flight.waiters--;
      if (flight.waiters === 0) {
        this.#end(key, flight);
        flight.abandoned.abort();
      }
    }
  }

  #start(key: string, start: (abandoned: AbortSignal) => Promise<Result>): Flight<Result> {
    const abandoned = new AbortController();
    const flight: Flight<Result> = { result: start(abandoned.signal), abandoned, waiters: 0 };
    this.#flights.set(key, flight);
    const end = (): void => this.#end(key, flight);
    flight.result.then(end, end);
    return flight;
  }

  #end(key: string, flight: Flight<Result>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
