import type { Behaviour, SeenRequest } from '../servers/origin.ts';

/** Keeps an origin from giving more different files than it may, so that work is under way as long as it must be. */
export interface Gate {
  /** For the origin: holds a request for a segment that nobody has had yet while as many as allowed have gone out. */
  rule(request: SeenRequest): Behaviour | undefined;
  /** Different segments that were let go. */
  passed(): number;
  /** Raises how many may go. */
  allow(files: number): void;
}

/** Makes a gate that lets nothing through yet. */
export function createGate(): Gate {
  const seen = new Set<string>();
  const waiting: { readonly path: string; readonly open: () => void }[] = [];
  let allowed = 0;
  const mayPass = (path: string): boolean => {
    if (!seen.has(path) && seen.size >= allowed) return false;
    seen.add(path);
    return true;
  };
  return {
    rule({ path }) {
      if (!path.endsWith('.ts') || mayPass(path)) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ path, open: resolve });
      return { kind: 'held', until: promise };
    },
    passed: () => seen.size,
    allow(files) {
      allowed = Math.max(allowed, files);
      const still = waiting.splice(0).filter(({ path, open }) => {
        if (!mayPass(path)) return true;
        open();
        return false;
      });
      waiting.push(...still);
    },
  };
}
