import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** What is watched. */
export interface AlarmsProps {
  readonly function: Function;
  readonly timeoutSeconds: number;
  readonly distribution: Distribution;
  readonly email?: string;
}

/** A figure that shall not be reached, for so many periods of five minutes in a row. */
interface Limit {
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods: number;
  /** What it means and what to do, for whoever is woken. */
  readonly text: string;
}

const period = Duration.minutes(5);

/** Alarms of what FLAnts cannot tell by itself; what it can comes by `--webhook`. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, { function: copy, timeoutSeconds, distribution, email }: AlarmsProps) {
    super(scope, 'Alarms');
    this.topic = new Topic(this, 'Topic', { displayName: 'FLAnts', enforceSSL: true });
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
    this.watch('Died', {
      metric: copy.metricErrors({ period, statistic: Stats.SUM }),
      threshold: 5,
      periods: 1,
      text: 'Functions died (memory, time-out, a fault). Their batches come again in halves; see the log for what killed them.',
    });
    this.watch('Throttled', {
      metric: copy.metricThrottles({ period, statistic: Stats.SUM }),
      threshold: 100,
      periods: 3,
      text: 'More functions were asked for than may run: lower --max-batches, or raise -c concurrency. Nothing is lost.',
    });
    this.watch('NearlyOutOfTime', {
      metric: copy.metricDuration({ period, statistic: Stats.percentile(95) }),
      threshold: 0.8 * timeoutSeconds * 1000,
      periods: 3,
      text: 'Batches take most of the time that a function has: the source is slow, or files are large.',
    });
    this.watch('PlayersSeeErrors', {
      metric: distribution.metric5xxErrorRate({ period }),
      threshold: 1,
      periods: 3,
      text: 'More than one request of players in a hundred fails at the CDN or its bucket.',
    });
  }

  /** Adds an alarm that is told by the topic, also when it is over. */
  watch(id: string, { metric, threshold, periods, text }: Limit): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: text,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }
}
