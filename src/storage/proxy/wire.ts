import type { Dispatcher } from 'undici';
import type { Proxy } from './select.ts';
import type { ProxyAgentOptions } from './agent.ts';
import { destroyedError } from '../wire/errors.ts';
import type { Wire } from '../wire/wire.ts';

/**
 * Opens connections through a proxy when the first request comes. They are undici's, which is loaded then: it takes each
 * thread 100 ms of CPU and many MB, and few need a proxy.
 */
export function openProxyWire(proxy: Proxy, options: ProxyAgentOptions): Wire {
  let agent: Promise<Dispatcher> | undefined;
  let isClosed = false;
  const open = async (): Promise<Dispatcher> => {
    const { openProxyAgent } = await import('./agent.ts');
    return openProxyAgent(proxy, options);
  };
  return {
    dispatch(request, handler) {
      if (isClosed) {
        handler.onResponseError(null, destroyedError());
        return true;
      }
      agent ??= open();
      agent
        .then((dispatcher) => dispatcher.dispatch(request, handler))
        .catch((error: unknown) => {
          handler.onResponseError(null, error as Error);
        });
      return true;
    },
    async destroy() {
      isClosed = true;
      const opened = await agent;
      await opened?.destroy();
    },
  };
}
