/** Why a video does not play, and what would mend it. */
export interface Explanation {
  readonly what: string;
  /** Lines for whoever runs the destination. */
  readonly mend?: string;
}

/** What the player met. */
export interface PlaybackFailure {
  readonly url: string;
  /** HTTP status; 0 or undefined where the browser let none through. */
  readonly status: number | undefined;
  /** The player's own name for it. */
  readonly details: string;
  readonly pageOrigin: string;
}

/**
 * Explains a failure. Where the browser said nothing, the object is asked for once more without CORS: an answer that
 * comes, though it cannot be read, says that only the permission is missing.
 *
 * @param ask - fetches; resolves where anything answered
 */
export async function explainPlayback(
  { url, status, details, pageOrigin }: PlaybackFailure,
  ask: (url: string) => Promise<unknown> = (at) => fetch(at, { mode: 'no-cors' }),
): Promise<Explanation> {
  const { host, origin, pathname } = new URL(url);
  if (status === 401 || status === 403)
    return {
      what: `${host} answers ${status}: it lets nobody read ${pathname} without credentials.`,
      mend: `A bucket policy that lets players read:\n${readPolicy(pathname)}`,
    };
  if (status === 404)
    return { what: `${host} answers 404: there is no ${pathname}. “flants verify” tells what else is missing.` };
  if (status !== undefined && status >= 400) return { what: `${host} answers ${status} for ${pathname}.` };
  if (!/load/i.test(details)) return { what: `The player cannot go on: ${details}.` };
  const answers = await ask(url).then(
    () => true,
    () => false,
  );
  if (!answers)
    return {
      what: `Nothing answers at ${origin}, or the service was not told that it is the destination’s public address.`,
    };
  return {
    what: `${host} does not allow pages of ${pageOrigin} to read it: CORS is not set up there.`,
    mend: `The bucket’s CORS rule:\n${corsRule(pageOrigin)}\nOr, on a web server such as nginx:\nadd_header Access-Control-Allow-Origin "${pageOrigin}" always;`,
  };
}

function corsRule(pageOrigin: string): string {
  const rule = { AllowedOrigins: [pageOrigin], AllowedMethods: ['GET', 'HEAD'], AllowedHeaders: ['*'] };
  return JSON.stringify({ CORSRules: [rule] });
}

function readPolicy(pathname: string): string {
  const [, bucket = 'BUCKET'] = pathname.split('/');
  const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
