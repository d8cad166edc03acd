import type { FailureCode } from '../../domain/failure.ts';
import type { FailureGuideEntry } from './entry.ts';

/** Failures of the command line, of the state, of the services, and of this machine. */
export const processFailures = {
  usage: {
    means: 'The command line, the config file or a setting of Redis is not valid. Nothing was started.',
    cause: 'An option has a wrong value, or two options contradict each other.',
    cure: 'The message names the option. See `flants VERB --help`, or check a config file with `flants config check`.',
  },
  aborted: {
    means: 'The work was stopped before it was done.',
    cause: 'You pressed Ctrl-C, or the process received SIGTERM.',
    cure: 'Run the same command again: it continues where it stopped.',
  },
  internal: {
    means: 'FLAnts has a fault.',
    cause: 'A case that nobody thought of.',
    cure: 'Run again with `FLANTS_LOG_LEVEL=debug`, and report what it prints.',
  },
  'state.locked': {
    means: 'Another run is using the same state.',
    cause: 'An earlier copy to this destination is still running.',
    cure: 'Wait for its end or stop it. `flants status` works meanwhile.',
  },
  'state.unusable': {
    means: 'The state, the journal or Redis cannot be used.',
    cause: 'A file is damaged or was written by a newer version, the disk is full, or Redis does not answer.',
    cure: 'The message names the place. Repair it, or restore it from a backup. Objects at the destination are not affected.',
  },
  'api.denied': {
    means: 'The HTTP API refused a request.',
    cause: 'The token is missing or wrong, or the request came under another host name.',
    cure: 'Send `Authorization: Bearer TOKEN` with the token of `--token` or `--token-file`.',
  },
  'webhook.refused': {
    means: 'The webhook answered an alert with an error.',
    cause: 'Its URL is wrong, or it does not accept the signature.',
    cure: 'Look into its log, and compare `--webhook` and `--webhook-secret`. FLAnts sends the alert again.',
  },
  'webhook.unreachable': {
    means: 'The webhook did not answer.',
    cause: 'The host is down, or a firewall blocks it.',
    cure: 'Open the URL from this machine with `curl`. FLAnts sends the alert again.',
  },
  'worker.lost': {
    means: 'The thread, process or function that worked on this file died.',
    cause: 'It ran out of memory or time, or was killed.',
    cure: 'FLAnts finds the guilty file by itself and names it. Give more memory, or a longer time-out to the function.',
  },
  'executor.denied': {
    means: 'These credentials may not invoke the Lambda function.',
    cause: 'The right `lambda:InvokeFunction` is missing.',
    cure: 'Grant it on the function: [lambda.md](lambda.md).',
  },
  'executor.no-function': {
    means: 'There is no such Lambda function in this region.',
    cause: '`--function`, `--qualifier` or `--region` is wrong, or the function has not been created.',
    cure: 'Run `flants lambda bundle --out flants.zip` and create it: [lambda.md](lambda.md).',
  },
  'executor.unusable': {
    means: 'The function exists, but does not do what FLAnts needs.',
    cause: 'It holds other code or an older version, or its settings are wrong.',
    cure: 'Upload the archive of `flants lambda bundle` again, with the settings that the command prints.',
  },
  'executor.unreachable': {
    means: 'AWS Lambda did not answer.',
    cause: '`--region` is wrong, or a firewall blocks the endpoint.',
    cure: 'Check both, then run the same command again.',
  },
  'machine.limit': {
    means: 'This machine has no more sockets, ports or open files to give at the moment.',
    cause: 'The limit of open files is low, or other processes use them up.',
    cure: 'Raise it (`ulimit -n 65536`) or lower `--concurrency`. No file loses a try.',
  },
  'machine.threads': {
    means: 'FLAnts could not start its worker threads.',
    cause: 'The limit of open files, processes or memory is too low.',
    cure: 'Raise the limit that the message names, or set `--threads 1`.',
  },
} as const satisfies Partial<Record<FailureCode, FailureGuideEntry>>;
