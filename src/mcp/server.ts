import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { type ToolAnswer, type ToolName, tools } from '../ticket/tools.ts';

/** Carries out a call of a tool; never rejects. */
export type ToolCall = (name: ToolName, input: unknown) => Promise<ToolAnswer>;

/**
 * Offers the tools over standard input and output until the client hangs up. It decides nothing and holds no right of its
 * own: what is asked goes to `call`, and its answer back.
 */
export async function serveTools(version: string, call: ToolCall): Promise<void> {
  const server = makeServer(version, call);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once('close', resolve);
    process.stdin.once('end', resolve);
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
}

function makeServer(version: string, call: ToolCall): McpServer {
  const server = new McpServer(
    { name: 'signalbox', version },
    {
      instructions:
        'Tools of the ticket you work on. Begin with get_ticket; end with one of the reports, or ask_question.',
    },
  );
  for (const [name, { title, description, input, reads }] of Object.entries(tools)) {
    const annotations = { readOnlyHint: reads, destructiveHint: false, openWorldHint: false };
    server.registerTool(
      name,
      { title, description, inputSchema: input, annotations },
      async (given: unknown) => resultOf(await call(name as ToolName, given)),
    );
  }
  return server;
}

/** Text for the model, the same as data for its client; what did not go well is an error, so that neither overlooks it. */
function resultOf(answer: ToolAnswer): CallToolResult {
  const isError = answer.status === 'refused' || answer.status === 'error';
  const text = JSON.stringify(answer, null, 2);
  return { content: [{ type: 'text', text }], structuredContent: { ...answer }, isError };
}
