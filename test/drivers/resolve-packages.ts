// Loaded with node --import: unstorage's drivers find in this folder's packages what the project itself does without.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND" || /^[./]|^\w+:/.test(specifier)) throw error;
      return next(specifier, { ...context, parentURL: import.meta.url });
    }
  },
});

/** From now on who imports ioredis gets its next major version. */
export function replaceIoredis(): void {
  registerHooks({ resolve: (specifier, context, next) => next(specifier === "ioredis" ? "ioredis6" : specifier, context) });
}
