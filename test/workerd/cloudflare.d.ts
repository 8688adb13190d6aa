// Only what the tests use: the full types of Workers redeclare those of the DOM.
declare module "cloudflare:workers" {
  interface KVNamespace {
    list(options: {
      prefix: string;
      cursor: string | undefined;
    }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>;
    get(name: string): Promise<string | null>;
  }
  export const env: { readonly KV: KVNamespace };
}
