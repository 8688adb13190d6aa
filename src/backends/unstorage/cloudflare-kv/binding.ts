/** What is used of a `KVNamespace`. */
export interface KVBinding {
  get(key: string): Promise<string | null>;
  get(keys: string[]): Promise<Map<string, string | null>>;
  list(options: { prefix: string; cursor?: string }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>;
  put: unknown;
  getWithMetadata: unknown;
}
