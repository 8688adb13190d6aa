export interface RegisteredClient {
  id: string;
  name: string;
  /** Absent for a browser's client, which can keep none. */
  secret?: string;
  redirectPath: string;
}

/** The page's own client, for the implicit flow. */
export const PORTAL_CLIENT: RegisteredClient = {
  id: "1000.ZYLKERSTUDENTPORTAL0000000000",
  name: "Zylker Academy student portal",
  redirectPath: "/",
};

/** The Worker's client, for the authorization code flow. Its secret opens nothing but this stand-in. */
export const WORKER_CLIENT: RegisteredClient & { secret: string } = {
  id: "1000.ZYLKERSTUDENTPORTALWORKER0000",
  name: "Zylker Academy student portal",
  secret: "secret-of-the-stand-in",
  redirectPath: "/auth/callback",
};
