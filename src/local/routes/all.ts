import type { Hono } from "hono";
import { routesOn } from "../http.ts";
import type { Works } from "../server.ts";
import { mountRepositoryRoutes } from "./repositories.ts";

/** Every REST route of the forge itself. */
export function mountRoutes(api: Hono, works: Works): void {
  const route = routesOn(api, works.forge);
  mountRepositoryRoutes(route, works);
}
