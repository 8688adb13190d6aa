/** What is used of ioredis 5 and 6, and of whatever has its manners. */
export interface RedisClient {
  get(key: string): Promise<string | null>;
  mget(...keys: string[]): Promise<(string | null)[]>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  evalsha(digest: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** The prefix that the client itself puts before every key; patterns of SCAN and its answers are spared. */
  readonly options?: { readonly keyPrefix?: string };
}

export interface RedisNode extends RedisClient {
  scan(cursor: string, match: "MATCH", pattern: string, count: "COUNT", number: number): Promise<[cursor: string, keys: string[]]>;
  cluster(command: "INFO"): Promise<string>;
}

export interface RedisCluster extends RedisClient {
  nodes(role: "master"): RedisNode[];
}

/** Spelled so only by ioredis and its kin: node-redis says `evalSha`, and takes its arguments in another way. */
const METHODS = ["get", "mget", "eval", "evalsha", "scan", "call"];

export function isRedisClient(instance: unknown): instance is RedisNode | RedisCluster {
  return METHODS.every((method) => typeof (instance as Record<string, unknown>)[method] === "function");
}

export function isCluster(client: RedisNode | RedisCluster): client is RedisCluster {
  return typeof (client as Partial<RedisCluster>).nodes === "function";
}
