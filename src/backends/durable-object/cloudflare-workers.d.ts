// Only what is extended: the full types of Workers redeclare those of the DOM.
declare module "cloudflare:workers" {
  export abstract class DurableObject {
    constructor(context: unknown, env: unknown);
    protected readonly ctx: unknown;
  }
}
