import type { Driver } from "unstorage";

/*
 * Where drivers of unstorage pass over a failure without a word, by their source in version 1.17. There is
 * nothing in a driver's interface to ask, so it goes by their names and options.
 */

/** Whether what is written is kept at all: some drivers drop it and resolve. */
export function canWrite(driver: Driver): boolean {
  const { setItem, removeItem, name } = driver;
  if (typeof setItem !== "function" || typeof removeItem !== "function" || name === "null") return false;
  const { readOnly, layers } = (driver.options ?? {}) as { readOnly?: unknown; layers?: readonly Driver[] };
  if (name === "overlay") return layers?.[0] !== undefined && canWrite(layers[0]);
  return !readOnly;
}

/** Whether the driver answers null also where its storage failed, while its `hasItem` tells. */
export function hidesFailedReads({ name }: Driver): boolean {
  return name === "azure-storage-blob";
}

/** Whether a removal that the operating system refuses resolves. */
export function hidesFailedRemovals({ name }: Driver): boolean {
  return name === "fs" || name === "fs-lite";
}

/** Whether a write resolves where there is no such bucket. */
export function hidesFailedWrites({ name }: Driver): boolean {
  return name === "s3";
}

/** The list ends with so many keys: of all there are, or of those below its base. */
export interface ListEnd {
  readonly after: number;
  readonly ofAll: boolean;
}

/**
 * Where the driver asks for the first page alone; undefined where it gives all keys.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html,
 * https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#r2listoptions
 */
export function listEnd({ name }: Driver): ListEnd | undefined {
  if (name === "s3") return { after: 1000, ofAll: true };
  return name === "cloudflare-r2-binding" ? { after: 1000, ofAll: false } : undefined;
}

/** Whether a list may lack for a while what was written. */
export function listsLate({ name = "" }: Driver): boolean {
  return ["cloudflare-kv-binding", "cloudflare-kv-http", "netlify-blobs"].includes(name);
}
