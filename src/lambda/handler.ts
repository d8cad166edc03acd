import { arch } from 'node:os';
import type { FunctionSettings } from '../app/functions/settings.ts';
import { readFunctionEnvironment } from '../config/function-environment.ts';
import type { FunctionEnvironment } from '../config/function-environment.ts';
import { failureOf } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import { second } from '../domain/units.ts';
import { messageFormat, readRequest } from '../executor/lambda/message.ts';
import type { BatchAnswer, BatchRequest, FunctionAnswer } from '../executor/lambda/message.ts';
import { keepPorts, leavePorts } from './ports.ts';
import { runInvocation } from './run-invocation.ts';

/** The part of the context that is used: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** Put in by the bundle. */
declare const flantsVersion: string;

let environment: FunctionEnvironment | undefined;

/**
 * Entry point of a Lambda function: copies one batch, and answers what became of each file.
 *
 * It throws nothing. An error would be indistinguishable from a function that died, whose batch is halved until the guilty
 * file is found; what concerns the function as a whole is told as a refusal.
 */
export async function handler(event: unknown, context: InvocationContext): Promise<FunctionAnswer> {
  const remainingMs = context.getRemainingTimeInMillis();
  const request = readRequest<FunctionSettings>(event);
  try {
    environment ??= readFunctionEnvironment();
    if (!request) return refusal('does not understand the request: bring it and flants to the same version');
    if (request.type === 'hello') return introduction(environment, remainingMs);
    return await copyBatch(request, environment, remainingMs);
  } catch (error) {
    return refusal(`cannot copy: ${failureOf(error).message}`);
  }
}

async function copyBatch(
  request: BatchRequest<FunctionSettings>,
  known: FunctionEnvironment,
  remainingMs: number,
): Promise<BatchAnswer> {
  const beganMs = performance.now();
  const ports = await keepPorts(request.settings, request.budget, known);
  try {
    const answer = await runInvocation(request, ports, remainingMs - (performance.now() - beganMs));
    writeLog(request, answer, performance.now() - beganMs);
    return answer;
  } finally {
    leavePorts();
  }
}

function introduction({ memoryMb }: FunctionEnvironment, remainingMs: number): FunctionAnswer {
  // The start of the environment may have taken a part of it.
  const timeoutMs = Math.ceil(remainingMs / second) * second;
  return { format: messageFormat, type: 'hello', version: flantsVersion, memoryMb, timeoutMs, architecture: arch() };
}

function refusal(message: string): FunctionAnswer {
  return { format: messageFormat, type: 'refused', version: flantsVersion, message };
}

/** One line for each batch. Names files by number only: URLs and keys are in the evidence. */
function writeLog({ batch }: BatchRequest<FunctionSettings>, answer: BatchAnswer, durationMs: number): void {
  const { outcomes, end, isRecorded, trouble } = answer;
  const count = (kind: Outcome['kind']): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  const codes = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.failure.failure.code] : []));
  const line = {
    at: new Date().toISOString(),
    message: 'a batch ended',
    batch: batch.id,
    end,
    files: batch.files.length,
    copied: count('copied'),
    unchanged: count('unchanged'),
    failed: count('failed'),
    ...(codes.length === 0 ? {} : { codes: [...new Set(codes)] }),
    bytes: outcomes.reduce((sum, each) => sum + (each.kind === 'copied' ? each.evidence.sizeBytes : 0), 0),
    isRecorded,
    ...(trouble === undefined ? {} : { trouble }),
    durationMs: Math.round(durationMs),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
