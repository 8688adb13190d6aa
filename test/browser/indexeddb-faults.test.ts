import { describe } from "vitest";
import { indexedDBFaultSuite } from "../faults/indexeddb-suite.ts";

describe("IndexedDB in a page", indexedDBFaultSuite);
