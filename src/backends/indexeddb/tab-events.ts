import { TokenEvents } from "../../events.ts";
import type { TokenEvent } from "../../events.ts";

/**
 * The events of all stores over one database: this one's, and over a BroadcastChannel those of other
 * tabs. A tab learns of changes while it is open; what it missed, it finds by reading.
 */
export class TabEvents extends TokenEvents {
  readonly #name: string;
  #channel: BroadcastChannel | undefined;
  #closed = false;

  constructor(databaseName: string) {
    super();
    this.#name = databaseName;
  }

  override subscribe(listener: (event: TokenEvent) => void): () => void {
    this.#open();
    return super.subscribe(listener);
  }

  override emit(event: TokenEvent): void {
    super.emit(event);
    this.#open()?.postMessage(event);
  }

  override close(): void {
    super.close();
    this.leaveTabs();
  }

  /** From now on this page's own changes stay its own. */
  leaveTabs(): void {
    this.#closed = true;
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** On first use: an import or a store that is never used opens nothing. Undefined where there are no channels. */
  #open(): BroadcastChannel | undefined {
    if (this.#channel || this.#closed || !globalThis.BroadcastChannel) return this.#channel;
    const channel = new BroadcastChannel(this.#name);
    channel.addEventListener("message", ({ data }) => {
      // A message can be on its way when the store is closed.
      const event = this.#closed ? undefined : parseEvent(data);
      if (event) super.emit(event);
    });
    // On Node an open channel would keep the process alive.
    (channel as { unref?: () => void }).unref?.();
    this.#channel = channel;
    return channel;
  }
}

/** Any script of this origin can post anything: what is no event, and what an event has no field for, goes no further. */
function parseEvent(data: unknown): TokenEvent | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { type, id, version } = data as Record<string, unknown>;
  if (type === "cleared") return { type };
  if (typeof id !== "string") return undefined;
  if (type === "deleted") return { type, id };
  if (type === "saved" && Number.isSafeInteger(version)) return { type, id, version: version as number };
  return undefined;
}
