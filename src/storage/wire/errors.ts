/** The ways in which a connection fails, as codes. They are undici's, which requests through a proxy throw. */
export type ConnectionErrorCode =
  | 'UND_ERR_CONNECT_TIMEOUT'
  | 'UND_ERR_HEADERS_TIMEOUT'
  | 'UND_ERR_BODY_TIMEOUT'
  /** The head of a response is too long. */
  | 'UND_ERR_HEADERS_OVERFLOW'
  /** A body was shorter, or longer, than its head had said. */
  | 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  /** A connection was closed. */
  | 'UND_ERR_SOCKET'
  /** All connections were closed by us. */
  | 'UND_ERR_DESTROYED'
  /** A request that cannot be written. */
  | 'UND_ERR_INVALID_ARG';

/** A connection, or a request on it, has failed. Errors of Node, such as ECONNRESET, come as they are. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: ConnectionErrorCode;

  constructor(code: ConnectionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** All connections were closed by us. */
export function destroyedError(): ConnectionError {
  return new ConnectionError('UND_ERR_DESTROYED', 'the connections were closed');
}

/** What a server sent is not HTTP/1.1. Its code begins with `HPE_`, as in undici and Node. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';
  readonly code: string;

  constructor(code: string, problem: string) {
    super(`the response has ${problem}`);
    this.code = `HPE_${code}`;
  }
}
