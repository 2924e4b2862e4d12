/** Who this app is on the forge: `id` as in `performed_via_github_app`, `slug` as in the login `<slug>[bot]`. */
export interface AppIdentity {
  id: number;
  slug: string;
}

/**
 * True where this app itself did it. A person who acts through the app's login has `performed_via_github_app` too,
 * so being a bot is asked as well; and no person's login can have brackets.
 */
export function isOurs(
  user: { login: string; type: string } | null,
  via: { id: number } | null | undefined,
  app: AppIdentity,
): boolean {
  if (user?.type !== 'Bot') return false;
  return via?.id === app.id || user.login.toLowerCase() === `${app.slug}[bot]`.toLowerCase();
}
