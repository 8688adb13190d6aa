/** What is loaded where there is a binding of Workers KV. */
export { listingBy } from "./listing.ts";
export { pointerReadsBy } from "./pointer-reads.ts";
