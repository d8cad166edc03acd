import type { Dispatcher } from 'undici';
import type { Proxy } from './proxy.ts';
import type { ProxyAgentOptions } from './proxy-agent.ts';
import type { Wire } from './wire/wire.ts';

/**
 * Opens connections through a proxy when the first request comes. They are undici's, which is loaded then: it takes each
 * thread 100 ms of CPU and many MB, and few need a proxy.
 */
export function openProxyWire(proxy: Proxy, options: ProxyAgentOptions): Wire {
  let agent: Promise<Dispatcher> | undefined;
  const open = async (): Promise<Dispatcher> => {
    const { openProxyAgent } = await import('./proxy-agent.ts');
    return openProxyAgent(proxy, options);
  };
  return {
    dispatch(request, handler) {
      agent ??= open();
      agent
        .then((dispatcher) => dispatcher.dispatch(request, handler))
        .catch((error: unknown) => {
          handler.onResponseError(null, error as Error);
        });
      return true;
    },
    async destroy() {
      const opened = await agent;
      await opened?.destroy();
    },
  };
}
