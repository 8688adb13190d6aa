import type { EdgeTokenStore } from "../../dist/index.js";
import type { Comparison } from "./comparison.ts";
import { each, FIELD_NAMES, FIELDS, queryBy } from "./tokens.ts";
import type { Field } from "./tokens.ts";

interface Peer extends Pick<Comparison, "against" | "calls" | "rounds" | "prepare"> {
  /** How many tokens are stored, in ours and in theirs. */
  readonly count: number;
  /** Asked for once `prepare` is done. */
  readonly ours: () => EdgeTokenStore;
  readonly theirs: (field: Field, number: number) => Promise<unknown>;
}

/** A find by each field against what Zoho brings for the same job. */
export function findsAgainstZoho({ count, ours, theirs, ...parts }: Peer): Comparison[] {
  return FIELDS.map((field) => ({
    ...parts,
    id: `zoho/${field}/${count}`,
    name: `find by ${FIELD_NAMES[field]} among ${count.toLocaleString("en")}`,
    ours: each(count, (number) => ours().findToken(queryBy(field, number))),
    theirs: each(count, (number) => theirs(field, number)),
  }));
}
