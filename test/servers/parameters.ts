import { createServer } from 'node:http';
import { bodyOf, listen } from './lambda-environment.ts';

/** A server that gives parameters as AWS Systems Manager does. */
export interface ParameterServer {
  readonly endpoint: string;
  /** Names that were asked for. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/**
 * Serves parameters by name. Those that it does not have it refuses.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export async function startParameters(values: Readonly<Record<string, string>>): Promise<ParameterServer> {
  const asked: string[] = [];
  const server = createServer((from, to) => {
    void (async () => {
      const { Name = '', WithDecryption } = JSON.parse((await bodyOf(from)).toString()) as Record<string, string>;
      asked.push(Name);
      const value = values[Name];
      const isAsked = from.headers['x-amz-target'] === 'AmazonSSM.GetParameter' && WithDecryption !== undefined;
      const isKnown = isAsked && value !== undefined;
      const body = isKnown
        ? { Parameter: { Name, Type: 'SecureString', Value: value, Version: 1 } }
        : { __type: 'ParameterNotFound', message: `${Name} is not there` };
      to.writeHead(isKnown ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    })();
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
