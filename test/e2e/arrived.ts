import type { Stage } from './stage.ts';

/** Resolves once so many different keys were written to. */
export function arrived(stage: Stage, count: number): Promise<void> {
  const keys = new Set(stage.puts());
  return new Promise((resolve) => {
    const look = (): void => {
      if (keys.size >= count) resolve();
    };
    stage.onRequest(({ method, path }) => {
      if (method === 'PUT' && path.endsWith('.ts')) keys.add(path.slice(path.indexOf('/video-') + 1));
      look();
    });
    look();
  });
}
