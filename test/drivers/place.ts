import type { Driver } from "unstorage";

/** One empty storage, and the drivers over it. Browsers and Workers have it too: nothing of Node's is imported here. */
export interface Place {
  /** The driver of one more process, as far as the storage can be had by several; else that of the one. */
  driver(): Driver;
  /** The driver of a process that starts when the first has ended; default: one more. */
  reopened?(): Promise<Driver>;
  /** The bytes of all keys and values; default: as the driver gives them. */
  dump?(): Promise<Uint8Array[]>;
  /** All keys, where the driver lists only a part of them. */
  keys?(): Promise<string[]>;
  /** The store's option for a Redis Cluster. */
  readonly hashTag?: boolean;
  /** What the driver puts before each key. */
  readonly base?: string;
  /** How long a key is to live that is looked at when it should be gone, in seconds; default 1. */
  readonly ttlSeconds?: number;
  /** Whether the key will expire, where nobody can wait for it. */
  expires?(key: string): Promise<boolean>;
  /** Makes this much of the storage's time pass, in milliseconds; default: waits. */
  elapse?(milliseconds: number): Promise<void>;
  dispose?(): Promise<void>;
}

/** A storage engine that has been started for the run. */
export interface StartedEngine {
  create(): Promise<Place>;
  /** A driver whose storage does not answer, or refuses it. */
  unreachable?(): Promise<Driver>;
  stop?(): Promise<void>;
}

/** How many values are read side by side. */
const READ_BATCH = 25;

/** The text of all keys and values, as the driver gives them. */
export async function dumpDriver(driver: Driver): Promise<Uint8Array[]> {
  const encoder = new TextEncoder();
  const keys = await driver.getKeys("", {});
  const texts: string[] = [...keys];
  for (let start = 0; start < keys.length; start += READ_BATCH) {
    const batch = keys.slice(start, start + READ_BATCH).map((key) => driver.getItem(key.replaceAll("/", ":"), {}) as unknown);
    for (const value of await Promise.all(batch)) texts.push(typeof value === "string" ? value : JSON.stringify(value));
  }
  return texts.map((text) => encoder.encode(text));
}
