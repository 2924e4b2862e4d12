import { type Frame, Page } from './layout.tsx';

/** The repositories that somebody may see. */
export function DesksPage({ frame, names }: { frame: Frame; names: readonly string[] }) {
  return (
    <Page frame={frame} title="Desks">
      <div class="alone">
        <h1>Desks</h1>
        {names.length > 0 ? (
          <ul class="list">
            {names.map((name) => (
              <li>
                <a href={`/${name}`}>{name}</a>
              </li>
            ))}
          </ul>
        ) : (
          <p>
            {frame.login === null
              ? 'Sign in with GitHub to see the desks of repositories that are not public.'
              : 'The app serves no repository that you may see. Install it on one, and its tickets stand here.'}
          </p>
        )}
        {names.length === 0 && frame.login === null && (
          <p>
            <a class="button" href="/login">
              Sign in
            </a>
          </p>
        )}
      </div>
    </Page>
  );
}
