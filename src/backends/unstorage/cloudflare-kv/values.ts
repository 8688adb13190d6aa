import type { NativeParts } from "../native-access.ts";
import type { KVBinding } from "./binding.ts";

/** Values that the binding gives in one operation. https://developers.cloudflare.com/kv/api/read-key-value-pairs/ */
const BULK_GET_KEYS = 100;

/** What lies in Workers KV under keys of the storage. */
export class KVValues {
  readonly #binding: KVBinding;
  readonly #parts: NativeParts;
  readonly #base: string;

  constructor(binding: KVBinding, parts: NativeParts) {
    this.#binding = binding;
    this.#parts = parts;
    this.#base = normalBase(parts.driver.options);
  }

  kvKey(key: string): string {
    return this.#base + this.#parts.driverKey(key);
  }

  /** Null where there is none, undefined where the answer does not speak of the key; as many requests as there are hundreds of keys. */
  async getAll(keys: readonly string[]): Promise<unknown[]> {
    const values: unknown[] = [];
    for (let start = 0; start < keys.length; start += BULK_GET_KEYS) {
      const names = keys.slice(start, start + BULK_GET_KEYS).map((key) => this.kvKey(key));
      const found = await this.#parts.storage.attempt("read", () => this.#binding.get(names));
      values.push(...names.map((name) => parsed(found.get(name))));
    }
    return values;
  }
}

/** The driver's option `base`, in the form in which it stands before every key. */
function normalBase(options: unknown): string {
  const { base } = (options ?? {}) as { base?: unknown };
  const parts = typeof base === "string" ? base.split(/[/\\:]/).filter((part) => part !== "") : [];
  return parts.map((part) => `${part}:`).join("");
}

/** What is no JSON is no record of ours; it is for the caller to say so. */
function parsed(text: string | null | undefined): unknown {
  if (text == null) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
