import type { ProxySettings } from '../../config/values/proxies.ts';
import { FlantsError } from '../../domain/failure.ts';
import { awsCredentials } from './credentials.ts';
import type { S3Credentials } from './credentials.ts';

/**
 * Like `awsCredentials`, for reading a source.
 *
 * @returns a function that throws `FlantsError` `source.denied` if none are found
 */
export function sourceCredentials(profile: string | undefined, proxies: ProxySettings): () => Promise<S3Credentials> {
  const find = awsCredentials(profile, proxies);
  return async () => {
    try {
      return await find();
    } catch (cause) {
      const found =
        profile === undefined
          ? 'no credentials for buckets of the source were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --source-profile; a public bucket is read by its https URL'
          : `the profile ${profile} gives no credentials for buckets of the source: look into ~/.aws/credentials and ~/.aws/config, or log in with: aws sso login --profile ${profile}`;
      throw new FlantsError('source.denied', found, { cause, retryable: false });
    }
  };
}
