// Only what the tests use: the full types of Workers redeclare those of the DOM.
declare module "cloudflare:workers" {
  interface KVNamespace {
    list(options: {
      prefix: string;
      cursor: string | undefined;
      limit: number;
    }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>;
    get(names: string[]): Promise<Map<string, string | null>>;
  }
  interface DurableObjectNamespace {
    idFromName(name: string): unknown;
    get(id: unknown): unknown;
  }
  export const env: { readonly KV: KVNamespace } & { readonly [Name in "TOKENS" | "OTHER" | "WITHOUT_SQLITE"]: DurableObjectNamespace };
}

declare module "cloudflare:test" {
  export function runInDurableObject<Result>(stub: unknown, callback: (instance: unknown, context: never) => Result): Promise<Result>;
  export function runDurableObjectAlarm(stub: unknown): Promise<boolean>;
  export function evictDurableObject(stub: unknown): Promise<void>;
  export function abortAllDurableObjects(): Promise<void>;
}
