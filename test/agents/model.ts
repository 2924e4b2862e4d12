import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider of models on this machine, which knows one move: to call a tool, and to say goodbye once it has the answer. */
export interface Model {
  url: string;
  /** Bodies of what it was asked, oldest first. */
  asked: string[];
  /** What it answers every question from now on, instead of its move. */
  refuse(answer: Refusal): void;
  close(): void;
}

export interface Refusal {
  status: number;
  headers?: Record<string, string>;
  body: object;
}

/** The move, as each provider's stream has it: the call of a tool, and words. */
interface Wire {
  call: string;
  words: string;
}

const event = (data: object & { type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** One message of Anthropic's: what is in it, and why it ended. */
function anthropic(start: object, delta: object, reason: string): string {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const head = { id: 'm1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null };
  return [
    { type: 'message_start', message: { ...head, stop_sequence: null, usage } },
    { type: 'content_block_start', index: 0, content_block: start },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ]
    .map(event)
    .join('');
}

function openai(item: object): string {
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  return [
    { type: 'response.created', response: { id: 'r1' } },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { id: 'r1', usage } },
  ]
    .map(event)
    .join('');
}

function chat(delta: object, reason: string): string {
  const chunk = (choice: object) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, finish_reason: null, ...choice }] })}\n\n`;
  return `${chunk({ delta: { role: 'assistant', ...delta } })}${chunk({ delta: {}, finish_reason: reason })}data: [DONE]\n\n`;
}

const input = { summary: 'The rake is back.' };
const json = JSON.stringify(input);

const wires: Record<string, Wire> = {
  '/v1/messages': {
    call: anthropic(
      { type: 'tool_use', id: 't1', name: 'mcp__signalbox__report_done', input: {} },
      { type: 'input_json_delta', partial_json: json },
      'tool_use',
    ),
    words: anthropic({ type: 'text', text: '' }, { type: 'text_delta', text: 'Bye.' }, 'end_turn'),
  },
  '/v1/responses': {
    call: openai({
      type: 'custom_tool_call',
      id: 'i1',
      call_id: 't1',
      name: 'exec',
      input: `text(await tools.mcp__signalbox__report_done(${json}))`,
    }),
    words: openai({
      type: 'message',
      role: 'assistant',
      id: 'i2',
      content: [{ type: 'output_text', text: 'Bye.' }],
    }),
  },
  '/v1/chat/completions': {
    call: chat(
      {
        tool_calls: [
          {
            index: 0,
            id: 't1',
            type: 'function',
            function: { name: 'signalbox-report_done', arguments: json },
          },
        ],
      },
      'tool_calls',
    ),
    words: chat({ content: 'Bye.' }, 'stop'),
  },
};

export async function startModel(): Promise<Model> {
  const asked: string[] = [];
  let refusal: Refusal | null = null;
  const server = createServer(async (request, response) => {
    const wire = wires[(request.url ?? '').split('?')[0] ?? ''];
    const body = await textOf(request);
    if (!wire || request.method !== 'POST') return void response.writeHead(404).end();
    asked.push(body);
    if (refusal) {
      response.writeHead(refusal.status, { 'content-type': 'application/json', ...refusal.headers });
      return void response.end(JSON.stringify(refusal.body));
    }
    const knows = body.includes('report_done');
    const hasAnswer = /"t1"/.test(body);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(knows && !hasAnswer ? wire.call : wire.words);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    refuse: (answer) => {
      refusal = answer;
    },
    close: () => server.close(),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
