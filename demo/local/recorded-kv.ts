export interface KV {
  get(key: string): Promise<string | null>;
  get(keys: string[]): Promise<Map<string, string | null>>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: {
    prefix?: string;
    cursor?: string;
    limit?: number;
  }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>;
}

/** The binding, with a note of each key that is read through it. */
export function recordReads(binding: never, reads: string[]): never {
  return new Proxy<object>(binding, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...parameters: unknown[]) => {
        if (name === "get") reads.push(...[parameters[0]].flat().map(String));
        return Reflect.apply(member, target, parameters) as unknown;
      };
    },
  }) as never;
}
