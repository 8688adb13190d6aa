import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { ObjectNamespace } from "../../src/backends/durable-object/index.ts";
import type { ObjectContext } from "../../src/backends/durable-object/object-storage.ts";
import { unique } from "../conformance/fixture.ts";

type Row = Record<string, unknown>;
type Stub = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** The Worker's binding, with objects of one test's own. */
export class OwnObjects implements ObjectNamespace {
  /** The objects that were asked for. */
  readonly names: Set<string> = new Set();
  readonly #prefix: string = unique();

  idFromName(name: string): unknown {
    this.names.add(name);
    return env.TOKENS.idFromName(`${this.#prefix} ${name}`);
  }

  get(id: unknown): unknown {
    return env.TOKENS.get(id);
  }

  stub(name: string): unknown {
    return this.get(this.idFromName(name));
  }

  /** The answer of the object's own SQLite to a statement. */
  query(name: string, statement: string): Promise<Row[]> {
    return runInDurableObject(this.stub(name), (_, { storage: { sql } }: ObjectContext) => [...sql.exec(statement)]);
  }

  /** Every value in every table, and what SQLite says of the tables and indexes themselves. */
  rows(name: string): Promise<Row[]> {
    return runInDurableObject(this.stub(name), (_, { storage: { sql } }: ObjectContext) => {
      const schema = [...sql.exec("SELECT name, type, sql FROM sqlite_master")];
      const tables = schema.filter(({ name: table, type }) => type === "table" && !String(table).startsWith("_cf_"));
      return [schema, ...tables.map(({ name: table }) => [...sql.exec(`SELECT * FROM ${table}`)])].flat();
    });
  }

  /** The same objects, with a say in every call; `what` is the same for a call and its repetitions. */
  through(around: (call: () => Promise<unknown>, what: string) => Promise<unknown>): ObjectNamespace {
    const intercepted =
      (stub: Stub, method: string) =>
      (...args: unknown[]) =>
        around(() => stub[method]!(...args), JSON.stringify([method, ...args], withoutRepeated));
    return {
      idFromName: (name) => this.idFromName(name),
      get: (id) => new Proxy(this.get(id) as Stub, { get: (stub, method) => intercepted(stub, String(method)) }),
    };
  }
}

/** What tells a call from its repetition. */
function withoutRepeated(name: string, value: unknown): unknown {
  return name === "repeated" ? undefined : value;
}
