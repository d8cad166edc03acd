import { Stack, Validations } from 'aws-cdk-lib';
import type { CfnElement } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Below which resource a policy has a wildcard, and why; without a resource it stands alone. */
export interface Wildcard {
  readonly of?: IConstruct;
  /** The text after the ARN of the resource. */
  readonly rest: string;
  readonly reason: string;
}

/** Gives cdk-nag the reason of each wildcard in the policies of a construct. One that is not named fails the synthesis. */
export function acknowledgeWildcards(scope: IConstruct, wildcards: readonly Wildcard[]): void {
  for (const { of, rest, reason } of wildcards)
    Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${of ? arnOf(of) : ''}${rest}]`, reason });
}

/** How cdk-nag writes the ARN of a resource of the stack. */
function arnOf(resource: IConstruct): string {
  return `<${Stack.of(resource).getLogicalId(resource.node.defaultChild as CfnElement)}.Arn>`;
}
