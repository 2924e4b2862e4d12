import { Code, Words } from './bits.tsx';
import { type Frame, Page } from './layout.tsx';

/** A page that says one thing. */
export function Message({
  frame,
  title,
  code,
  message,
  action,
}: {
  frame: Frame;
  title: string;
  code?: string;
  message: string;
  action?: { href: string; label: string };
}) {
  return (
    <Page frame={frame} title={title}>
      <div class="alone">
        <h1>{title}</h1>
        {code && (
          <p>
            <Code code={code} />
          </p>
        )}
        <Words text={message} />
        {action && (
          <p>
            <a class="button" href={action.href}>
              {action.label}
            </a>
          </p>
        )}
      </div>
    </Page>
  );
}
