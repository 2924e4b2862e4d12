/**
 * What an agent, or its runner, said last with the work that it saved, from the message of that commit: without the name of
 * the attempt before it, and without the trailers behind.
 */
export function checkInWords(message: string): string {
  const [subject = '', ...paragraphs] = message.trim().split(/\n{2,}/);
  const isOurs = /^[A-Za-z0-9-]+ #\d+: /.test(subject);
  const last = paragraphs.at(-1) ?? '';
  const words = /^Ticket: /m.test(last) ? paragraphs.slice(0, -1) : paragraphs;
  const said = subject.replace(/^[A-Za-z0-9-]+ #\d+: /, '');
  // Its first line stands in the subject as well, cut.
  const isRepeated = isOurs && words.length > 0 && words.join(' ').startsWith(said);
  return (isRepeated ? words : [said, ...words]).join('\n\n');
}
