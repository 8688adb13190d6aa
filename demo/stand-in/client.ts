/** The OAuth client that the portal is registered as. A browser's client has no secret. */
export const PORTAL_CLIENT = {
  id: "1000.ZYLKERSTUDENTPORTAL0000000000",
  name: "Zylker Academy student portal",
  redirectPath: "/",
} as const;
