/** Client of the Staypower API, made from its OpenAPI document by "npm run build:client". Change nothing here. */

export type ActionEffect = {
  action: string;
  /** Null: over all segments. */
  segment: string | null;
  /** Share of those who would leave that stay because of the action. */
  saveRate: number;
  low: number;
  /** low and high: 80 % interval. */
  high: number;
  /** Of both arms; 0 is the prior alone. */
  customers: number;
};
export type AddedKey = {
  keyId: string;
  key: string;
};
export type AddedUser = {
  userId: string;
  password: string;
};
export type AddedWebhook = {
  endpointId: string;
  secret: string;
};
export type Advice = {
  asOf: string;
  currency: string;
  customers: number;
  advised: number;
  /** Customers by where their margin comes from. */
  margins: {
    customer: number;
    book: number;
    planning: number;
  };
  savedValue: string;
  cost: string;
  net: string;
  effects: ActionEffect[];
  review: {
    playbook: string;
    advice: PolicyValue;
    nobody: PolicyValue;
    everybody: PolicyValue;
  }[];
  /** Of playbooks that carry advice out: what their decisions earned, and what others would have. */
  decisions: {
    playbook: string;
    asDecided: PolicyValue;
    nobody: PolicyValue;
    expected: PolicyValue;
  }[];
  rows: AdviceRow[];
};
export type AdviceRow = {
  customerId: string;
  name: string | null;
  segment: string | null;
  churnProbability: number;
  valueIfKept12m: string;
  /** What of it is earned. */
  marginShare: number | null;
  /** Told by its own sales, by those of the book, or by planning.margin. */
  marginFrom: 'customer' | 'book' | 'planning';
  /** Null: leave this customer alone. */
  action: string | null;
  on: string | null;
  savedValue: string;
  cost: string;
  net: string;
  chanceItPays: number | null;
  /** Chosen in order to learn. */
  explores: boolean;
  why: string;
};
export type Alarm = {
  /** The same for as long as the condition lasts; another when it comes again. */
  alarmKey: string;
  kind: 'drift' | 'performance' | 'calibration' | 'coverage' | 'rollback' | 'data-quality' | 'stale-sync';
  subject: string;
  message: string;
  remedy: string;
  raisedAt: string;
};
export type Alarms = {
  alarms: Alarm[];
};
export type ApiKeys = {
  keys: {
    keyId: string;
    label: string;
    role: Role;
    createdAt: string;
    createdBy: string;
  }[];
};
export type Arm = {
  customers: number;
  mean: number | null;
};
export type AuditEntries = {
  entries: {
    seq: string;
    at: string;
    actor: string;
    name: string | null;
    action: string;
    detail: Record<string, string | number>;
  }[];
};
export type CallFinished = {
  done: true;
};
export type ChangedPlaybooks = {
  revision: string;
};
export type ChangedRole = {
  role: Role;
};
export type CheckedConnections = {
  connections: {
    connectionId: string;
    vendor: string;
    report: {
      account: string;
      problems: {
        what: string;
        remedy: string;
      }[];
      callsLeftToday: number | null;
    };
  }[];
};
export type Cohorts = {
  modelVersion: string;
  currency: string;
  /** Counted at the training of the champion; null for a model of an earlier version. */
  triangle: {
    until: string;
    period: 'month' | 'quarter';
    staying: 'ordered' | 'under-contract';
    /** Looked at, 20,000 at most. */
    customers: number;
    /** Of them, who came before the first row. */
    older: number;
    cohorts: {
      name: string;
      customers: number;
      /** Shares, 0..1; the first of the period in which they came. */
      stayed: number[];
      /** For each customer, in each period. */
      revenue: string[];
      revenueSoFar: string[];
    }[];
  } | null;
  /** Foretold from what was known on `from`, beside what came up to `to`. */
  forecast: {
    from: string;
    to: string;
    model: string;
    cohorts: {
      name: string;
      customers: number;
      expected: string;
      low: string;
      high: string;
      actual: string;
    }[];
    total: {
      customers: number;
      expected: string;
      low: string;
      high: string;
      actual: string;
    };
    /** Of the cohorts, how many came inside their 80 % interval. */
    inside: number;
    /** Share of what came; above 0 too much was foretold. */
    totalError: number | null;
    weightedError: number | null;
  } | null;
};
export type Connections = {
  connections: {
    connectionId: string;
    vendor: string;
    account: string;
    scopes: string[];
    connectedAt: string;
    renewedAt: string;
    state: 'connected' | 'lost';
    /** What to do; null while the connection is good. */
    notice: string | null;
  }[];
};
export type Customer = {
  customerId: string;
  name: string | null;
  currency: string;
  clv12m: string | null;
  valueIfKept12m: string | null;
  churnProbability: number | null;
  churnBand: string | null;
  valueBand: string | null;
  engagement: number;
  priority: number;
  lifecycle: string;
  asOf: string;
  scoredAt: string;
  clv12mLow: string | null;
  clv12mHigh: string | null;
  churnHorizonDays: number;
  nextAction: string | null;
  /** How far the scores can be believed, 0 to 100, and what lowers it; null for scores of an earlier version. */
  dataQuality: {
    score: number;
    lowered: string[];
  } | null;
  modelVersion: string;
  engagementTrend: string;
  reasons: string[];
  change: string | null;
  records: {
    connectionId: string;
    kind: string;
    externalId: string;
  }[];
};
export type CustomerCount = {
  customers: number;
};
export type CustomerInsight = {
  /** What goes with a lower churn risk, most first. */
  whatWouldHelp: string[];
  /** Probability that the customer has not left, as the book defines leaving; null without a churn risk. */
  staying:
    | {
        /** From the day of the scores on: 0 to 365, by months. */
        days: number;
        /** 0..1; at the horizon what the churn risk leaves. */
        probability: number;
        /** The same of the book’s median active customer. */
        median: number;
      }[]
    | null;
  /** Probability, 0..1, within the horizon, by target. */
  propensities: Record<string, number>;
  cluster: {
    id: string;
    description: string;
  } | null;
  /** The model that tells the value, and its mean R2 on windows inside the book. */
  value: {
    chosen: string;
    score: number | null;
  } | null;
  /** The value over a time to come; empty where it cannot be said. */
  horizons: {
    /** 3, 12 and 36; 12 is clv12m. */
    months: number;
    /** Expected, discounted. */
    revenue: string;
    low: string;
    /** low and high: 80 % interval of the revenue. */
    high: string;
    /** Expected contribution margin, at the share that `margin` tells. */
    margin: string;
  }[];
  /** The contribution margin that values are counted at. */
  margin: {
    /** Of revenue; below zero for who is served at a loss. */
    share: number;
    /** customer: its own orders and the book’s; planning: as configured, since too few orders tell it. */
    from: 'customer' | 'book' | 'planning';
    /** Orders of the book that tell their margin, at training. */
    known: number;
    /** All orders of the book; 0 beside planning. */
    sales: number;
  };
};
export type CustomerList = {
  customers: ListedCustomer[];
};
export type CustomerPage = {
  customers: CustomerSummary[];
  /** Where the next page begins (`after`); null at the end. */
  next: string | null;
};
export type CustomerScores = {
  customerId: string;
  name: string | null;
  currency: string;
  clv12m: string | null;
  valueIfKept12m: string | null;
  churnProbability: number | null;
  churnBand: string | null;
  valueBand: string | null;
  engagement: number;
  priority: number;
  lifecycle: string;
  asOf: string;
  scoredAt: string;
  clv12mLow: string | null;
  clv12mHigh: string | null;
  churnHorizonDays: number;
  nextAction: string | null;
  /** How far the scores can be believed, 0 to 100, and what lowers it; null for scores of an earlier version. */
  dataQuality: {
    score: number;
    lowered: string[];
  } | null;
  modelVersion: string;
  engagementTrend: string;
  history: {
    asOf: string;
    clv12m: string | null;
    churnProbability: number | null;
    engagement: number;
  }[];
};
export type CustomerSummary = {
  customerId: string;
  name: string | null;
  currency: string;
  clv12m: string | null;
  valueIfKept12m: string | null;
  churnProbability: number | null;
  churnBand: string | null;
  valueBand: string | null;
  engagement: number;
  priority: number;
  lifecycle: string;
  asOf: string;
  scoredAt: string;
};
export type CustomersCsv = string;
export type Deliveries = {
  deliveries: {
    eventId: string;
    endpointId: string;
    customerId: string | null;
    type: SentType;
    state: 'waiting' | 'delivered' | 'failed';
    attempts: number;
    enqueuedAt: string;
    nextAt: string | null;
    lastAt: string | null;
    lastStatus: number | null;
    lastError: string | null;
  }[];
};
export type DraftSimulation = {
  text: string;
  days?: number;
};
export type Effects = {
  asOf: string;
  currency: string;
  followUpDays: number;
  playbooks: PlaybookResult[];
};
export type Erased = {
  erasureId: string;
  /** False while a vendor has not confirmed; then there is no receipt yet. */
  isComplete: boolean;
};
export type Erasures = {
  erasures: {
    erasureId: string;
    requestedBy: string;
    erasedAt: string;
    /** Records whose clearing a vendor has not confirmed. */
    waiting: number;
  }[];
};
export type ErrorBody = {
  error: {
    /** Stable and machine-readable. */
    code: string;
    message: string;
  };
};
export type Estimate = {
  value: number;
  low: number;
  high: number;
};
export type EventType = 'score.changed' | 'band.crossed' | 'playbook.fired' | 'model.promoted' | 'alarm.raised';
export type Explanation = {
  customerId: string;
  reasons: string[];
  change: string | null;
  /** By score: contributions and baseline add up to it. */
  contributions: Record<
    string,
    {
      group: string;
      contribution: number;
    }[]
  >;
  baselines: Record<string, number>;
  merges: {
    record: string;
    joinedTo: string;
    reason: string;
    at: string;
  }[];
};
export type FeedbackList = {
  feedback: {
    customerId: string;
    /** The day of the score that the verdict is about. */
    asOf: string;
    modelVersion: string;
    verdict: 'useful' | 'wrong';
    note: string;
    /** Whose word it is. */
    actor: string;
    givenAt: string;
    churnProbability: number | null;
    churnBand: string | null;
    valueBand: string | null;
  }[];
};
export type FinishedCall = {
  customerId: string;
  actionKey: string;
};
export type FirstLoad = {
  /** Records new or changed. */
  pulled: number;
  rejected: number;
  customers: number;
  scored: number;
  unavailable: {
    connectionId: string;
    message: string;
  }[];
  /** What the book can carry; null without a purchase. */
  readiness: {
    customers: number;
    /** Customers who bought again, or renewals of contracts. */
    returned: number;
    setting: 'contractual' | 'non-contractual';
    horizonDays: number | null;
    models: {
      model: string;
      ready: boolean;
      reason: string;
      waitUntil: string | null;
    }[];
    warnings: string[];
  } | null;
};
export type FoundPerson = {
  /** Null where it names nobody. */
  person: {
    customerId: string;
    rows: Record<string, number>;
  } | null;
  /** Records that were read and not recognised yet: one of them may be theirs. */
  unrecognised: number;
};
export type Group = {
  id: string;
  name: string;
  whatToDo: string | null;
  customers: number;
  shareOfCustomers: number;
  /** Of the next 12 months. */
  expectedValue: string;
  shareOfValue: number;
  meanChurnProbability: number | null;
  valueAtRisk: string;
  gainIfOneInTenStays: string;
};
export type Job =
  | {
      jobId: number;
      kind: 'check';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: CheckedConnections | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    }
  | {
      jobId: number;
      kind: 'look';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: MappingReport | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    }
  | {
      jobId: number;
      kind: 'map';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: Mapped | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    }
  | {
      jobId: number;
      kind: 'provision';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: Provisioned | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    }
  | {
      jobId: number;
      kind: 'first-load';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: FirstLoad | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    }
  | {
      jobId: number;
      kind: 'undo';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: Undone | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    }
  | {
      jobId: number;
      kind: 'unprovision';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: Uninstalled | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    }
  | {
      jobId: number;
      kind: 'erase';
      connectionId: string | null;
      dryRun: boolean;
      state: 'waiting' | 'running' | 'done' | 'failed';
      progress: {
        step: string;
        detail: string;
        done: number;
        total: number | null;
      } | null;
      result: Erased | null;
      problem: {
        message: string;
        remedy: string;
      } | null;
      requestedBy: string;
      requestedAt: string;
      startedAt: string | null;
      endedAt: string | null;
    };
export type Jobs = {
  jobs: Job[];
};
export type KeptNpsAnswers = {
  kept: number;
  /** Which answers (0-based) were not kept: their customer is not known. */
  unknown: number[];
};
export type ListedCustomer = {
  customerId: string;
  name: string | null;
  currency: string;
  clv12m: string | null;
  valueIfKept12m: string | null;
  churnProbability: number | null;
  churnBand: string | null;
  valueBand: string | null;
  engagement: number;
  priority: number;
  lifecycle: string;
  asOf: string;
  scoredAt: string;
  segment: string | null;
  valueAtRisk: string | null;
};
export type MadeQualityFix = {
  fixId: string;
  /** Sales on record that it may be about. */
  sales: number;
};
export type Mapped = {
  report: MappingReport;
  version: number;
  /** Streams that the next load reads from their beginning. */
  readAgain: string[];
};
export type MappingReport = {
  purchases: {
    what: string;
    count: number;
    isRead: boolean;
    /** What to choose so that they are read; null where nothing need be. */
    setting: string | null;
  }[];
  stages: {
    id: string;
    label: string;
    count: number;
    isWon: boolean;
    isRead: boolean;
  }[];
  slots: {
    path: string;
    meaning: string;
    object: string;
    stream: string;
    /** The vendor’s own field, read while none is chosen. */
    standard: string | null;
    chosen: string[];
    several: boolean;
    /** Chosen fields that change without a trace. */
    stale: string[];
    suggestions: {
      field: string;
      label: string;
      /** 0..1; from .6 on it is likely. */
      score: number;
      reasons: string[];
      calculated: boolean;
    }[];
  }[];
  previews: {
    object: string;
    fields: string[];
    rows: string[][];
  }[];
  problems: {
    path: string;
    expected: string;
    found?: string;
    remedy: string;
  }[];
};
export type ModelCard = {
  /** value, churn, engagement, or what customers may do. */
  name: string;
  chosen: string;
  chosenBy: 'backtest' | 'newest-window' | 'likelihood' | 'only-one';
  windows: {
    from: string;
    to: string;
  }[];
  examples: number;
  members: {
    name: string;
    /** naive: what anybody could say without a model. */
    kind: 'model' | 'learned' | 'naive' | 'ensemble';
    chosen: boolean;
    /** Shares, 0..1, of the purchases and the money that scores are made of. */
    weights: {
      counts: number;
      money: number;
    } | null;
    parameters: Record<string, number> | null;
    /** Figures on the windows that it was judged by. */
    metrics: Record<string, number | null>;
  }[];
  metrics: Record<string, number | null>;
  seed: number | null;
};
export type ModelRegistry = {
  models: {
    version: string;
    role: 'champion' | 'former' | 'challenger' | 'withdrawn';
    asOf: string;
    trainedAt: string;
    /** Equal for equal facts. */
    dataHash: string;
    /** False for a model of an earlier format, which cannot score any more. */
    usable: boolean;
    /** How it did beside the champion of its day. */
    verdict: Verdict | null;
  }[];
  promotions: Promotion[];
};
export type Models = {
  modelVersion: string;
  asOf: string;
  trainedAt: string;
  currency: string;
  churnDefinition: string;
  churnHorizonDays: number;
  customers: number;
  buyers: number;
  repeatBuyers: number;
  /** Equal for equal facts. */
  dataHash: string;
  warnings: string[];
  models: ModelCard[];
  /** Churn risks on customers that they were neither fitted to nor calibrated on. */
  churnJudged: {
    customers: number;
    /** Share who left, 0..1. */
    left: number;
    /** Tenths by risk, the lowest first. */
    calibration: {
      rows: number;
      predicted: number;
      actual: number;
    }[];
    /** Of the customers with the highest risks, the share of all leavers among them. */
    lift: {
      share: number;
      captured: number;
      lift: number;
    }[];
  } | null;
  /** What scores rest on: the share of each group of inputs, by size, of all that moves a score. */
  importance: {
    score: 'clv' | 'churn' | 'engagement';
    group: string;
    share: number;
  }[];
};
export type Monitoring = {
  /** Null while the champion is too young to be told anything about. */
  report: {
    asOf: string;
    modelVersion: string;
    horizonDays: number;
    months: {
      /** "2026-03": of the day on which the score was in force. */
      month: string;
      customers: number;
      left: number;
      meanProbability: number;
      bias: number;
      brier: number;
      calibrationError: number;
      auc: number | null;
      /** Null until a year has passed. */
      intervalCoverage: number | null;
    }[];
    inputs: {
      name: string;
      /** Population stability index: above .25 is an alarm. */
      psi: number;
      ks: number;
      ksPValue: number;
      missingBefore: number;
      missingNow: number;
    }[];
    alarms: {
      kind: 'concept' | 'input' | 'calibration' | 'coverage';
      what: string;
      on: string;
      message: string;
    }[];
    /** What alerts to the highest risks would have come to; null until a horizon has passed. */
    earlyWarning: {
      alertsPerWeek: number;
      weeks: number;
      alerts: number;
      /** Share of those alerted who left within the horizon. */
      precision: number | null;
      /** What precision alerts by chance would have. */
      baseRate: number;
      /** Share of those who left who had been alerted in time. */
      recall: number;
      leadDays: {
        low: number;
        median: number;
        high: number;
      } | null;
    } | null;
  } | null;
};
export type NewFeedback = {
  /** Customer id, e-mail address or external id. */
  customer: string;
  verdict: 'useful' | 'wrong';
  note?: string;
};
export type NewJob =
  | {
      kind: 'check';
    }
  | {
      kind: 'look';
      connectionId: string;
    }
  | {
      kind: 'map';
      connectionId: string;
      /** "path=value" below the settings of the connection, e.g. "deals.amountProperty=net_amount". */
      changes: string[];
    }
  | {
      kind: 'provision';
      dryRun: boolean;
    }
  | {
      kind: 'first-load';
    }
  | {
      kind: 'undo';
      /** Null is the last run that stands. */
      runId: number | null;
      dryRun: boolean;
    }
  | {
      kind: 'unprovision';
      connectionId: string;
      dryRun: boolean;
    }
  | {
      kind: 'erase';
      customerId: string;
    };
export type NewKey = {
  label: string;
  role: Role;
};
export type NewPassword = {
  password: string;
};
export type NewPause = {
  reason: string;
};
export type NewQualityFix = {
  connectionId: string;
  transform:
    | {
        do: 'scale';
        /** Amounts times ten to this power: -2 for cents given as euros. */
        powerOfTen: number;
      }
    | {
        do: 'shift-hours';
        hours: number;
      }
    | {
        do: 'currency';
        currency: string;
      };
  from: string;
  until: string | null;
  reason: string;
};
export type NewRole = {
  role: Role;
};
export type NewUser = {
  name: string;
  role: Role;
};
export type NewView = {
  name: string;
  query: string;
};
export type NewWebhook = {
  url: string;
  eventTypes?: EventType[];
};
export type NpsAnswers = {
  answers: {
    /** Customer id, e-mail address or external id. */
    customer: string;
    /** 0 = not at all likely, 10 = most likely. */
    score: number;
    /** The day of the answer, not after today; today where it is left out. */
    answeredOn?: string;
  }[];
};
export type OutcomeEffect = {
  outcome: 'kept' | 'revenue' | 'nps';
  treated: Arm;
  heldOut: Arm;
  /** Treated minus held out; the 95 % interval holds at all looks together. Null while an arm is too small. */
  effect: {
    value: number;
    low: number;
    high: number;
  } | null;
};
export type Outlook = {
  expected: number;
  low: number;
  high: number;
};
export type Overview = {
  currency: string | null;
  asOf: string | null;
  scoredAt: string | null;
  horizonDays: number | null;
  customers: number;
  /** Customers with a value today. */
  scored: number;
  /** Of the next 12 months. */
  expectedValue: string;
  /** Churn probability x value if kept, of the active. */
  valueAtRisk: string;
  grid: {
    valueBand: string | null;
    churnBand: string | null;
    customers: number;
    valueAtRisk: string;
  }[];
  moved: number;
  movements: {
    customerId: string;
    name: string | null;
    valueAtRiskBefore: string;
    valueAtRiskNow: string;
    churnProbabilityBefore: number | null;
    churnProbabilityNow: number | null;
    /** Who lapsed has no value at risk any more: it is lost. */
    turn: 'lapsed' | 'returned' | null;
    change: string | null;
    at: string;
  }[];
  tasks: {
    openedLastWeek: number;
    waiting: number;
    queued: number;
  };
  effects: {
    playbook: string;
    treated: {
      customers: number;
      left: number;
    };
    heldOut: {
      customers: number;
      left: number;
    };
    /** 12 months’ value that would have left, with its 95 % interval; null while an arm has fewer than 20 customers. */
    saved: {
      value: string;
      low: string;
      high: string;
    } | null;
  }[];
  missing: string[];
};
export type OwnerQueue = {
  asOf: string;
  currency: string | null;
  /** Whose they are; null where nobody was asked for or, for a rep, nobody is set. */
  owner: string | null;
  /** For admins: everybody with open tasks. */
  owners: {
    ownerId: string | null;
    open: number;
  }[];
  /** For admins: who may sign in, and which owner each is. */
  people: {
    userId: string;
    name: string;
    ownerId: string | null;
  }[];
  calls: QueuedCall[];
};
export type Paused = {
  paused: boolean;
};
export type Playbook = {
  name: string;
  description: string;
  enabled: boolean;
  /** Who enters, how often, and what keeps a customer from it, in sentences. */
  rule: string[];
  holdoutShare: number;
  runs: {
    heldOut: number;
    /** Waiting for their owner’s capacity, or for the playbook’s hours. */
    queued: number;
    fired: number;
    /** Of the fired: waiting for a later step. */
    waiting: number;
    letGo: number;
  };
};
export type PlaybookCheck = {
  valid: boolean;
  /** Null where its form is wrong. */
  name: string | null;
  problems: {
    line: number | null;
    path: string;
    expected: string;
    found: string | null;
    remedy: string;
  }[];
  rule: string[];
  previews: {
    customerId: string;
    name: string | null;
    /** Whether the customer is in the state of the playbook; an example else. */
    isIn: boolean;
    subject: string;
    body: string;
  }[];
};
export type PlaybookDraft = {
  text: string;
};
export type PlaybookFile = {
  /** Null where there is no configuration file to change. */
  revision: string | null;
  playbooks: PlaybookText[];
  shipped: PlaybookText[];
};
export type PlaybookList = {
  playbooks: Playbook[];
};
export type PlaybookResult = {
  playbook: string;
  entered: number;
  acted: number;
  /** Not yet followed to the end of the horizon. */
  following: number;
  outcomes: OutcomeEffect[];
  /** Revenue within the horizon because of it; zero and not known while the interval of revenue holds zero. */
  saved: {
    known: boolean;
    value: string;
    low: string;
    high: string;
  };
  cost: string | null;
  returnOnCost: number | null;
  /** Days from entering to leaving, of those who left. */
  lead: {
    leavers: number;
    lowDays: number;
    medianDays: number;
    highDays: number;
  } | null;
};
export type PlaybookSwitch = {
  enabled: boolean;
  /** That of the file as it was read: a later one is not written over. */
  revision: string;
};
export type PlaybookText = {
  name: string;
  description: string;
  enabled: boolean;
  /** YAML, as it was written. */
  text: string;
};
export type PolicyValue = {
  ips: Estimate;
  snips: Estimate;
  doublyRobust: Estimate;
  /** How many decisions speak for the policy; below some 30 do not believe it. */
  effectiveDecisions: number;
  decisions: number;
};
export type Promotion = {
  at: string;
  version: string;
  previous: string | null;
  by: 'trained' | 'challenge' | 'promote' | 'rollback';
};
export type Provisioned = {
  connections: {
    connectionId: string;
    steps: {
      what: 'group' | 'field' | 'permission';
      name: string;
      on: string;
      outcome: 'create' | 'exists' | 'conflict';
      note: string;
    }[];
  }[];
};
export type QualityAccepted = {
  accepted: number;
};
export type QualityFindings = {
  findings: {
    connectionId: string;
    /** Empty for a connection as a whole. */
    kind: string;
    externalId: string;
    rule: string;
    severity: 'reject' | 'hold' | 'warn';
    message: string;
    remedy: string;
    firstAt: string;
    lastAt: string;
    acceptedBy: string | null;
  }[];
};
export type QualityFixes = {
  fixes: {
    fixId: string;
    connectionId: string;
    transform:
      | {
          do: 'scale';
          /** Amounts times ten to this power: -2 for cents given as euros. */
          powerOfTen: number;
        }
      | {
          do: 'shift-hours';
          hours: number;
        }
      | {
          do: 'currency';
          currency: string;
        };
    from: string;
    until: string | null;
    reason: string;
    madeBy: string;
    madeAt: string;
    undoneBy: string | null;
    undoneAt: string | null;
  }[];
};
export type QualityReport = {
  counts: {
    connectionId: string;
    rule: string;
    /** What the rule finds, in words. */
    finds: string;
    /** Findings that nobody has accepted and nothing has mended. */
    open: number;
    /** Of them, records that are kept out of the book. */
    keptOut: number;
    accepted: number;
  }[];
  days: {
    day: string;
    connectionId: string;
    rule: string;
    /** New findings of the day. */
    found: number;
    /** Records of the connection that were judged on it. */
    judged: number;
  }[];
};
export type QualitySubject = {
  connectionId: string;
  /** Its name, as GET /quality gives it. */
  rule: string;
  externalId?: string;
};
export type Quarantine = {
  records: {
    connectionId: string;
    stage: 'pull' | 'identify' | 'write' | 'act' | 'inbox';
    kind: string;
    externalId: string;
    code: string;
    message: string;
    remedy: string;
    firstAt: string;
    lastAt: string;
  }[];
};
export type QueueOwner = {
  userId: string;
  ownerId: string | null;
};
export type QueueOwnerSet = {
  ownerId: string | null;
};
export type QueuedCall = {
  customerId: string;
  actionKey: string;
  name: string | null;
  ownerId: string | null;
  playbook: string;
  subject: string;
  dueOn: string;
  churnProbability: number | null;
  valueIfKept12m: string | null;
  /** Churn probability x value if kept: what is expected to be lost in 12 months. */
  valueAtRisk: string;
  reasons: string[];
  nextAction: string | null;
  /** A purchase since the task was opened. */
  boughtOn: string | null;
};
export type RatedScore = {
  customerId: string;
  /** The day of the score that the verdict is about. */
  asOf: string;
  modelVersion: string;
};
export type ReasonedScores = {
  scores: Scores;
  reasons: string[];
  nextAction: string | null;
};
export type Receipt = {
  staypower: 'erasure-receipt';
  format: number;
  erasureId: string;
  workspace: string;
  requestedBy: string;
  erasedAt: string;
  completedAt: string;
  /** Keyed hashes of the person’s records, addresses and ids. */
  subject: string[];
  removed: Record<string, number>;
  messagesEmptied: number;
  vendors: {
    connectionId: string;
    cleared: number;
    forgotten: number;
    refused: string[];
  }[];
  modelsToReplace: string[];
  signature: {
    algorithm: 'Ed25519';
    publicKey: string;
    value: string;
  };
};
export type RecordView = {
  state: 'scored' | 'prospect' | 'missing' | 'erased' | 'hidden';
  title: string;
  notice: {
    text: string;
    tone: 'good' | 'warning' | 'bad' | 'neutral';
  } | null;
  band: {
    text: string;
    detail: string | null;
    tone: 'good' | 'warning' | 'bad' | 'neutral';
  } | null;
  lines: {
    id: 'value' | 'risk' | 'engagement' | 'quality';
    /** With the direction of the number. */
    label: string;
    text: string;
    /** Interval, horizon or trend. */
    detail: string | null;
    tone: 'good' | 'warning' | 'bad' | 'neutral';
  }[];
  reasons: {
    label: string;
    sentences: string[];
  } | null;
  change: {
    label: string;
    text: string;
  } | null;
  nextAction: {
    label: string;
    text: string;
    due: string | null;
  } | null;
  asOf: {
    label: string;
    text: string;
  } | null;
  /** Words for the question; null where there is no score to have an opinion on. */
  feedback: {
    question: string;
    useful: string;
    wrong: string;
    note: string;
    send: string;
    thanks: string;
  } | null;
};
export type RemovedAccess = {
  removed: string;
};
export type RemovedView = {
  removed: string;
};
export type RemovedWebhook = {
  removed: string;
};
export type Replay = {
  eventId?: string;
};
export type Replayed = {
  replayed: number;
};
export type ReplayedQuarantine = {
  replayed: number;
};
export type Resumed = {
  /** False when it was not paused. */
  resumed: boolean;
};
export type Role = 'viewer' | 'rep' | 'admin';
export type RotatedSecret = {
  secret: string;
  oldUntil: string;
};
export type SavedPlaybook = {
  name: string;
  revision: string;
};
export type SavedPlaybookText = {
  text: string;
  /** That of the file as it was read: a later one is not written over. */
  revision: string;
};
export type SavedView = {
  viewId: string;
  name: string;
  /** Search, filters and order, as in the query of /customer-list. */
  query: string;
};
export type SavedViews = {
  views: SavedView[];
};
export type Scenario = {
  id: string;
  name: string;
  asOf: string;
  currency: string;
  modelVersion: string;
  seed: number;
  changes: {
    churn: number;
    price: number;
    lossPerPrice: number;
    saveRate: number;
    capacity: number;
    budget?: number;
  };
  forecast: number;
  withoutPlan: Outlook;
  withPlan: Outlook;
  planAdds: Outlook;
  planCost: number;
  contacts: number;
};
export type ScoreAnswer = {
  rows: {
    scores: Scores;
    reasons: string[];
    nextAction: string | null;
    id: string;
  }[];
};
export type ScoreRequest = {
  /** The last day whose facts count; today when absent. */
  asOf?: string;
  rows: {
    id: string;
    orders?: {
      day: string;
      /** Decimal string of the reporting currency, e.g. "49.90". */
      amount: string;
    }[];
    events?: {
      day: string;
      channel: 'web' | 'email' | 'meeting' | 'product' | 'support' | 'task';
      name?: string;
    }[];
  }[];
};
export type Scores = {
  asOf: string;
  modelVersion: string;
  lifecycle: 'prospect' | 'active' | 'lapsed';
  currency: string;
  clv12m: string | null;
  clv12mLow: string | null;
  clv12mHigh: string | null;
  valueIfKept12m: string | null;
  churnProbability: number | null;
  churnHorizonDays: number;
  churnBand: 'high' | 'medium' | 'low' | 'lapsed' | null;
  valueBand: 'high' | 'medium' | 'low' | null;
  engagement: number;
  engagementTrend: 'rising' | 'steady' | 'falling';
  priority: number;
  segment: string | null;
};
export type SealedAnew = {
  keyId: string;
  connections: number;
  webhooks: number;
};
export type Secrets = {
  connections: {
    connectionId: string;
    vendor: string;
    secrets: {
      variable: string;
      what: string;
      needed: boolean;
      /** Values that count now; 0 where it is not set. */
      live: number;
      /** A new value may stand before the old one, separated by a comma. */
      rotates: boolean;
    }[];
  }[];
  encryption: {
    /** A part of the first key’s hash; null where none is set. */
    keyId: string | null;
    keys: number;
    sealed: number;
    /** What is sealed with another key than the first. */
    sealedByOther: number;
  };
};
export type SegmentMoves = {
  asOf: string;
  since: string;
  /** Scores are kept from this day on: before it nobody has a segment. */
  historyFrom: string;
  /** Segments in words, by their id, from the best to the lost. */
  names: Record<string, string>;
  grid: {
    /** 1 (longest silent) to 5. */
    recency: number;
    /** Mean of frequency and money, 1 (least) to 5. */
    worth: number;
    segment: string;
    customers: number;
  }[];
  moves: {
    /** Null for who was in no segment yet. */
    from: string | null;
    to: string;
    customers: number;
  }[];
};
export type Segments = {
  asOf: string;
  currency: string;
  modelVersion: string;
  segments: Group[];
  clusters: Group[];
  concentration: {
    /** Part of the customers, 0..1: the most valuable. */
    part: number;
    customers: number;
    /** Of the expected value of 12 months, 0..1. */
    shareOfValue: number;
  }[];
};
export type SentType =
  | 'score.changed'
  | 'band.crossed'
  | 'playbook.fired'
  | 'playbook.step'
  | 'model.promoted'
  | 'alarm.raised';
export type Setup = {
  steps: {
    step: 'connect' | 'check' | 'map' | 'plan' | 'provision' | 'first-load' | 'shadow' | 'turn-on';
    state: 'open' | 'running' | 'done' | 'problem' | 'again';
    found: string | null;
  }[];
  connections: {
    connectionId: string;
    vendor: string;
    access: 'sign-in' | 'key';
    scopes: {
      name: string;
      why: string;
      optional: boolean;
    }[];
    account: string | null;
    notice: string | null;
    canMap: boolean;
    hasFields: boolean;
    mappingVersion: number | null;
  }[];
  /** Null: the workspace writes and acts. */
  paused: {
    reason: string;
    by: string;
    since: string;
    /** Set while it was never turned on; before the first load nothing is read by itself either. */
    held: 'before-first-load' | 'in-shadow' | null;
  } | null;
  jobs: Job[];
};
export type Simulation = {
  playbook: string;
  from: string;
  to: string;
  /** Scores are kept from this day on; before it today’s model tells by hindsight. */
  historyFrom: string;
  currency: string;
  entered: number;
  heldOut: number;
  letGo: {
    withoutConsent: number;
    inCoolDown: number;
    leftState: number;
    withoutRecord: number;
    /** By a playbook that carries advice out: nothing that it may do would pay. */
    leftAlone: number;
  };
  /** Would still wait for their owner’s capacity. */
  waiting: number;
  /** Tasks it would have opened. */
  opened: number;
  /** The first 100 of them. */
  tasks: {
    on: string;
    customerId: string;
    name: string | null;
    ownerId: string | null;
    subject: string;
    churnProbability: number | null;
    valueIfKept12m: number | null;
  }[];
  /** Steps after the first tasks that it would have done by the last day, by what they do. */
  steps: Record<string, number>;
};
export type StaypowerEvent =
  | {
      type: 'score.changed';
      timestamp: string;
      data: {
        customerId: string;
        scores: Scores;
        previous: Scores | null;
        reasons: string[];
        change: string | null;
      };
    }
  | {
      type: 'band.crossed';
      timestamp: string;
      data: {
        customerId: string;
        asOf: string;
        band: 'churn' | 'value';
        from: 'high' | 'medium' | 'low' | 'lapsed' | null;
        to: 'high' | 'medium' | 'low' | 'lapsed' | null;
      };
    }
  | {
      type: 'playbook.fired';
      timestamp: string;
      data: {
        customerId: string;
        playbook: string;
        crossedOn: string;
        firedOn: string;
        actionKey: string;
        connectionId: string;
        contactExternalId: string;
      };
    }
  | {
      type: 'playbook.step';
      timestamp: string;
      data: {
        customerId: string;
        playbook: string;
        step: number;
        crossedOn: string;
        on: string;
        note: string;
        actionKey: string;
        connectionId: string;
        contactExternalId: string;
        scores: Scores;
        reasons: string[];
      };
    }
  | {
      type: 'model.promoted';
      timestamp: string;
      data: {
        modelVersion: string;
        previousModelVersion: string | null;
        asOf: string;
        horizonDays: number;
      };
    }
  | {
      type: 'alarm.raised';
      timestamp: string;
      data: Alarm;
    };
export type Timeline = {
  currency: string;
  facts: {
    day: string;
    /** order, refund and the like; or event. */
    kind: string;
    channel: string | null;
    name: string | null;
    amount: string | null;
  }[];
  /** Older facts were left out. */
  isCut: boolean;
  scores: {
    asOf: string;
    churnProbability: number | null;
    engagement: number;
    clv12m: string | null;
  }[];
  playbooks: {
    playbook: string;
    crossedOn: string;
    firedOn: string | null;
    state: string;
    arm: string;
  }[];
};
export type Traffic = {
  /** Null: the workspace writes and acts. */
  paused: {
    reason: string;
    by: string;
    since: string;
    /** Set while it was never turned on; before the first load nothing is read by itself either. */
    held: 'before-first-load' | 'in-shadow' | null;
  } | null;
  inboxWaiting: number;
  inboxLagSeconds: number;
  outboxWaiting: number;
  quarantined: number;
  connections: {
    connectionId: string;
    vendor: string;
    /** Whether an admin approves it in a browser, or keys are in the environment. */
    access: 'sign-in' | 'key';
    /** Calls of the day, as the vendor last said; those of other apps included. */
    calls: {
      used: number;
      limit: number;
      at: string;
      /** Null where the day is the 24 hours before now. */
      resetsAt: string | null;
      /** If they go on as they went; null when they last. */
      runsOutAt: string | null;
    } | null;
    quarantined: number;
  }[];
};
export type Undone = {
  runId: number;
  startedAt: string;
  records: number;
  fields: number;
  changedSince: {
    connectionId: string;
    field: string;
    by: 'a later run' | 'somebody';
    records: number;
  }[];
  gone: number;
  unseen: number;
  failed: {
    connectionId: string;
    vendorCode: string;
    records: number;
  }[];
  unavailable: {
    connectionId: string;
    message: string;
  }[];
  complete: boolean;
};
export type UndoneQualityFix = {
  sales: number;
};
export type Uninstalled = {
  steps: {
    connectionId: string;
    what: 'task' | 'ticket' | 'field' | 'group' | 'permission' | 'values' | 'members' | 'traits' | 'token';
    name: string;
    on: string;
    outcome: 'remove' | 'removed' | 'left' | 'failed';
    note: string;
  }[];
  /** What only the vendor’s admin can take away. */
  byHand: string[];
};
export type Users = {
  users: {
    userId: string;
    name: string;
    role: Role;
    createdAt: string;
  }[];
};
export type Verdict = {
  promote: boolean;
  because: 'better' | 'outdated-champion' | 'worse' | 'alike' | 'too-few-outcomes';
  champion: string;
  window: {
    from: string;
    to: string;
  };
  comparisons: {
    of: 'churn' | 'value';
    loss: string;
    cases: number;
    /** Mean loss; null where only the difference was kept. */
    champion: number | null;
    challenger: number | null;
    /** Of the losses, challenger less champion: below 0 the challenger is better. */
    mean: number;
    standardError: number;
    verdict: 'better' | 'alike' | 'worse';
  }[];
  /** What promotion would change on records. */
  shadow: {
    customers: number;
    churnBandsMoved: number;
    valueBandsMoved: number;
    churnMoved: number | null;
    expectedValue: {
      champion: number;
      challenger: number;
    };
  } | null;
  judgedAt: string;
};
export type WaitingWrites = {
  connections: {
    connectionId: string;
    records: number;
    /** Records whose values were compared: the first of those that wait. */
    compared: number;
    /** Compared records that get another value, by field. */
    fields: Record<string, number>;
    rows: {
      recordKind: 'contact' | 'account';
      externalId: string;
      changes: {
        field: string;
        from: string | number | null;
        to: string | number | null;
      }[];
    }[];
  }[];
};
export type WebhookEndpoints = {
  endpoints: {
    endpointId: string;
    url: string;
    eventTypes: EventType[];
    state: 'enabled' | 'disabled';
    reason: string | null;
    createdAt: string;
    waiting: number;
    failed: number;
  }[];
};
export type WhatIf = {
  /** Customer id, e-mail address or external id. */
  customer: string;
  /** The last day whose facts count; today when absent. */
  asOf?: string;
  orders?: {
    day: string;
    /** Decimal string of the reporting currency, e.g. "49.90". */
    amount: string;
  }[];
  events?: {
    day: string;
    channel: 'web' | 'email' | 'meeting' | 'product' | 'support' | 'task';
    name?: string;
  }[];
};
export type WhatIfAnswer = {
  customerId: string;
  before: ReasonedScores;
  after: ReasonedScores;
  /** Why it would move. */
  change: string | null;
};
export type Whom = {
  /** E-mail address, customer id, user id or record id. */
  who: string;
};
export type WriteRuns = {
  runs: {
    runId: number;
    startedAt: string;
    undoneAt: string | null;
    records: number;
  }[];
};

/** An event and the place after which a broken stream goes on. */
export interface Streamed<Event> {
  id: string;
  event: Event;
}

/** How a stream begins and ends. */
export interface StreamOptions {
  /** The id of the last event that was seen; without it the stream begins now. */
  lastEventId?: string;
  /** Ends the stream. */
  signal?: AbortSignal;
}

/** What goes with a request. */
interface Given {
  query?: object;
  body?: unknown;
}

/** The API refused a request; the message says what to do. */
export class StaypowerApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** Stable and machine-readable. */
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'StaypowerApiError';
    this.status = status;
    this.code = code;
  }
}

/** One connection to a Staypower server. */
export class StaypowerClient {
  readonly #baseUrl: string;
  readonly #headers: Readonly<Record<string, string>>;

  /**
   * @param baseUrl e.g. "https://scores.example.com"
   * @param credentials a token or key; in a browser that has signed in, its session's token against forgery
   */
  constructor(baseUrl: string, credentials: string | { csrfToken: string }) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#headers =
      typeof credentials === 'string'
        ? { authorization: `Bearer ${credentials}` }
        : { 'x-csrf-token': credentials.csrfToken };
  }

  /** The book at a glance: value at risk, the grid of value and risk, who moved in the last seven days and why. */
  getOverview(): Promise<Overview> {
    return this.#call('GET', `/overview`);
  }

  /** Customers searched, filtered and in any order, by place: for lists that people scroll. */
  searchCustomers(
    query: {
      text?: string;
      churnBand?: 'high' | 'medium' | 'low' | 'lapsed';
      valueBand?: 'high' | 'medium' | 'low';
      lifecycle?: 'prospect' | 'active' | 'lapsed';
      segment?: string;
      order?: 'priority' | 'name' | 'clv12m' | 'valueIfKept12m' | 'valueAtRisk' | 'churnProbability' | 'engagement';
      direction?: 'ascending' | 'descending';
      offset?: number;
      limit?: number;
    } = {},
  ): Promise<CustomerList> {
    return this.#call('GET', `/customer-list`, { query });
  }

  /** How many customers a search and its filters let through. */
  countCustomers(
    query: {
      text?: string;
      churnBand?: 'high' | 'medium' | 'low' | 'lapsed';
      valueBand?: 'high' | 'medium' | 'low';
      lifecycle?: 'prospect' | 'active' | 'lapsed';
      segment?: string;
    } = {},
  ): Promise<CustomerCount> {
    return this.#call('GET', `/customer-count`, { query });
  }

  /** The list of /customer-list, all of it, as a CSV file. */
  downloadCustomers(
    query: {
      text?: string;
      churnBand?: 'high' | 'medium' | 'low' | 'lapsed';
      valueBand?: 'high' | 'medium' | 'low';
      lifecycle?: 'prospect' | 'active' | 'lapsed';
      segment?: string;
      order?: 'priority' | 'name' | 'clv12m' | 'valueIfKept12m' | 'valueAtRisk' | 'churnProbability' | 'engagement';
      direction?: 'ascending' | 'descending';
    } = {},
  ): Promise<CustomersCsv> {
    return this.#text('GET', `/customers.csv`, { query });
  }

  /** Customers by priority, highest first. */
  listCustomers(
    query: {
      limit?: number;
      after?: string;
      churnBand?: 'high' | 'medium' | 'low' | 'lapsed';
      valueBand?: 'high' | 'medium' | 'low';
    } = {},
  ): Promise<CustomerPage> {
    return this.#call('GET', `/customers`, { query });
  }

  /** One customer: scores, reasons, and the records it is made of. */
  getCustomer(id: string): Promise<Customer> {
    return this.#call('GET', `/customers/${encodeURIComponent(id)}`);
  }

  /** One customer’s scores and how they moved. */
  getScores(id: string): Promise<CustomerScores> {
    return this.#call('GET', `/customers/${encodeURIComponent(id)}/scores`);
  }

  /** What the CRM’s record shows of one customer, in the workspace’s language: every text said, every tone decided. */
  getRecordView(id: string): Promise<RecordView> {
    return this.#call('GET', `/customers/${encodeURIComponent(id)}/view`);
  }

  /** Why one customer is scored so, and why its records were joined. */
  getExplanation(id: string): Promise<Explanation> {
    return this.#call('GET', `/customers/${encodeURIComponent(id)}/explanation`);
  }

  /** What happened with a customer, how it was scored meanwhile, and what playbooks did. The oldest first. */
  getTimeline(id: string): Promise<Timeline> {
    return this.#call('GET', `/customers/${encodeURIComponent(id)}/timeline`);
  }

  /** What is behind a customer’s scores: what would help, what else it may do, and who behaves alike. */
  getInsight(id: string): Promise<CustomerInsight> {
    return this.#call('GET', `/customers/${encodeURIComponent(id)}/insight`);
  }

  /** The lists of customers that the caller keeps. */
  listViews(): Promise<SavedViews> {
    return this.#call('GET', `/views`);
  }

  /** Keeps a list under a name; another of the caller’s of that name is replaced. */
  saveView(body: NewView): Promise<SavedView> {
    return this.#call('POST', `/views`, { body });
  }

  /** Forgets a list of the caller’s. */
  removeView(id: string): Promise<RemovedView> {
    return this.#call('DELETE', `/views/${encodeURIComponent(id)}`);
  }

  /** The book by segment and by cluster: how many, their share of the value, their mean risk. */
  listSegments(): Promise<Segments> {
    return this.#call('GET', `/segments`);
  }

  /** The RFM grid of today, and from which segment to which customers have moved. */
  getSegmentMoves(query: { days?: number } = {}): Promise<SegmentMoves> {
    return this.#call('GET', `/segments/moves`, { query });
  }

  /** Customers by when they came: who stayed and what they brought, period by period, and forecast against actual. */
  getCohorts(): Promise<Cohorts> {
    return this.#call('GET', `/segments/cohorts`);
  }

  /** The models that score today: what each was chosen among, on which windows, and how well it did there. */
  listModels(): Promise<Models> {
    return this.#call('GET', `/models`);
  }

  /** All models on record, which one makes the scores, and every change of champion, the newest first. */
  getRegistry(): Promise<ModelRegistry> {
    return this.#call('GET', `/models/registry`);
  }

  /** One model of the registry: what it was chosen among, on which windows, and how well it did there. */
  getModel(version: string): Promise<Models> {
    return this.#call('GET', `/models/${encodeURIComponent(version)}`);
  }

  /** Makes a model the champion, whatever its verdict; the next run scores everybody with it. */
  promoteModel(version: string): Promise<Promotion> {
    return this.#call('POST', `/models/${encodeURIComponent(version)}/promote`);
  }

  /** Takes the champion back: the one before it scores again, and it is not promoted by itself any more. */
  rollBackModel(): Promise<Promotion> {
    return this.#call('POST', `/models/rollback`);
  }

  /** The last weekly look at how past scores fared by what came since, and which inputs are not as they were. */
  getMonitoring(): Promise<Monitoring> {
    return this.#call('GET', `/monitoring`);
  }

  /** Conditions that somebody should know of and that last, the newest first. */
  listAlarms(): Promise<Alarms> {
    return this.#call('GET', `/alarms`);
  }

  /** The playbooks of the workspace, each with its rule in words and what its runs are at. */
  listPlaybooks(): Promise<PlaybookList> {
    return this.#call('GET', `/playbooks`);
  }

  /** Puts a playbook into the configuration file, in the place of the one of its name; it takes effect at once. */
  savePlaybook(body: SavedPlaybookText): Promise<SavedPlaybook> {
    return this.#call('POST', `/playbooks`, { body });
  }

  /** What a playbook would have done on the last days, on the scores that were kept. Changes nothing. */
  simulatePlaybook(name: string, query: { days?: number } = {}): Promise<Simulation> {
    return this.#call('GET', `/playbooks/${encodeURIComponent(name)}/simulation`, { query });
  }

  /** The playbooks as they were written, and those that are shipped. */
  getPlaybookFile(): Promise<PlaybookFile> {
    return this.#call('GET', `/playbook-file`);
  }

  /** Whether a playbook can be used, its problems by line, its rule in words, and what its task would say. Changes nothing. */
  validatePlaybook(body: PlaybookDraft): Promise<PlaybookCheck> {
    return this.#call('POST', `/playbooks/validate`, { body });
  }

  /** What a playbook that is not in use would have done on the last days. Changes nothing. */
  simulateDraft(body: DraftSimulation): Promise<Simulation> {
    return this.#call('POST', `/playbooks/simulation`, { body });
  }

  /** Switches a playbook on or off. */
  switchPlaybook(name: string, body: PlaybookSwitch): Promise<ChangedPlaybooks> {
    return this.#call('POST', `/playbooks/${encodeURIComponent(name)}/enabled`, { body });
  }

  /** Takes a playbook out of the configuration file; its runs and its effect stay. */
  deletePlaybook(name: string, query: { revision: string }): Promise<ChangedPlaybooks> {
    return this.#call('DELETE', `/playbooks/${encodeURIComponent(name)}`, { query });
  }

  /** The open tasks of an owner, the highest value at risk first: a rep’s own, and any owner’s for an admin. */
  getQueue(query: { owner?: string; limit?: number } = {}): Promise<OwnerQueue> {
    return this.#call('GET', `/queue`, { query });
  }

  /** Says that a task is done; the CRM closes it, too. Reps say so of their own. */
  finishCall(body: FinishedCall): Promise<CallFinished> {
    return this.#call('POST', `/queue/done`, { body });
  }

  /** Says which of the CRM’s owners somebody who signs in is. */
  setQueueOwner(body: QueueOwner): Promise<QueueOwnerSet> {
    return this.#call('POST', `/queue/owners`, { body });
  }

  /** What each playbook has achieved, by its own random holdout. */
  listEffects(query: { asOf?: string } = {}): Promise<Effects> {
    return this.#call('GET', `/effects`, { query });
  }

  /** The next best action of every customer, highest net first, with what is known of the effects of actions. */
  listAdvice(query: { limit?: number; asOf?: string; seed?: number } = {}): Promise<Advice> {
    return this.#call('GET', `/advice`, { query });
  }

  /** A scenario that was kept, to be shared by its address. */
  getScenario(id: string): Promise<Scenario> {
    return this.#call('GET', `/scenarios/${encodeURIComponent(id)}`);
  }

  /** What a customer’s scores would be had these things happened too, or on another day. Nothing is stored. */
  whatIf(body: WhatIf): Promise<WhatIfAnswer> {
    return this.#call('POST', `/what-if`, { body });
  }

  /** Scores up to 500 customers from the facts given, by the current model. Nothing is stored. */
  scoreRows(body: ScoreRequest): Promise<ScoreAnswer> {
    return this.#call('POST', `/score`, { body });
  }

  /** Keeps whether a customer’s score is useful or wrong, and why, as a label of that score. A caller’s second verdict replaces the first. */
  giveFeedback(body: NewFeedback): Promise<RatedScore> {
    return this.#call('POST', `/feedback`, { body });
  }

  /** Verdicts on scores, newest first, each with what the score had said. */
  listFeedback(query: { verdict?: 'useful' | 'wrong'; limit?: number } = {}): Promise<FeedbackList> {
    return this.#call('GET', `/feedback`, { query });
  }

  /** Keeps answers to "how likely are you to recommend us", by which playbooks are measured. A customer’s second answer of a day replaces the first. */
  giveNps(body: NpsAnswers): Promise<KeptNpsAnswers> {
    return this.#call('POST', `/nps`, { body });
  }

  /** What happens, as it happens (server-sent events). With Last-Event-ID it goes on after that event. */
  streamEvents(options: StreamOptions = {}): AsyncGenerator<Streamed<StaypowerEvent>> {
    return this.#stream('/stream', options);
  }

  /** The connections that were made in a browser, with a notice where an admin must act. */
  listConnections(): Promise<Connections> {
    return this.#call('GET', `/connections`);
  }

  /** How the workspace is set up, step by step, and what each step found. */
  getSetup(): Promise<Setup> {
    return this.#call('GET', `/setup`);
  }

  /** Asks for long work: a process that works does it, one at a time. GET /jobs/{id} or /jobs/stream says how far it is. */
  startJob(body: NewJob): Promise<Job> {
    return this.#call('POST', `/jobs`, { body });
  }

  /** The latest job of each kind, connection and dry run, the newest first. */
  listJobs(): Promise<Jobs> {
    return this.#call('GET', `/jobs`);
  }

  /** The latest jobs, and each again whenever it goes on (server-sent events). */
  streamJobs(options: StreamOptions = {}): AsyncGenerator<Streamed<Job>> {
    return this.#stream('/jobs/stream', options);
  }

  /** One job: how far it is, what came of it, or why it failed and what to do. */
  getJob(id: string): Promise<Job> {
    return this.#call('GET', `/jobs/${encodeURIComponent(id)}`);
  }

  /** What comes from the CRMs and goes to them, how far behind it is, and whether anything may leave. */
  getTraffic(): Promise<Traffic> {
    return this.#call('GET', `/traffic`);
  }

  /** What waits to be written to the CRMs, as a difference to what was last written. */
  getWaitingWrites(query: { rows?: number } = {}): Promise<WaitingWrites> {
    return this.#call('GET', `/waiting-writes`, { query });
  }

  /** The write runs of the last two weeks, which can be taken back, the newest first. */
  listWriteRuns(query: { limit?: number } = {}): Promise<WriteRuns> {
    return this.#call('GET', `/write-runs`, { query });
  }

  /** Records that could not be read or written, each with what to do about it, the newest first. */
  listQuarantine(query: { limit?: number } = {}): Promise<Quarantine> {
    return this.#call('GET', `/quarantine`, { query });
  }

  /** Puts what can be tried again back on its way; the next cycle tries it, and what fails again comes back. */
  replayQuarantine(): Promise<ReplayedQuarantine> {
    return this.#call('POST', `/quarantine/replay`);
  }

  /** Stops everything that leaves the workspace, in every process. Reading and scoring go on. */
  pauseWorkspace(body: NewPause): Promise<Paused> {
    return this.#call('POST', `/pause`, { body });
  }

  /** Lets a paused workspace write and act again. */
  resumeWorkspace(): Promise<Resumed> {
    return this.#call('POST', `/resume`);
  }

  /** How good the data are: what each rule has found on each connection, and what of it is new by day. */
  getQuality(): Promise<QualityReport> {
    return this.#call('GET', `/quality`);
  }

  /** What is wrong with which record, and what to do; what is kept out of the book first. */
  listQualityFindings(query: { limit?: number; connectionId?: string; rule?: string } = {}): Promise<QualityFindings> {
    return this.#call('GET', `/quality/findings`, { query });
  }

  /** Counts what a rule found as it is, until the record changes; what cannot be counted at all is never accepted. */
  acceptQuality(body: QualitySubject): Promise<QualityAccepted> {
    return this.#call('POST', `/quality/accept`, { body });
  }

  /** Fixes to what connections say of their sales, in force and undone, the newest first. */
  listQualityFixes(): Promise<QualityFixes> {
    return this.#call('GET', `/quality/fixes`);
  }

  /** Sets right what a connection says of its sales from one day on; the next cycle counts them so. Can be undone. */
  makeQualityFix(body: NewQualityFix): Promise<MadeQualityFix> {
    return this.#call('POST', `/quality/fixes`, { body });
  }

  /** Counts the sales of a fix as their source says again. */
  undoQualityFix(id: string): Promise<UndoneQualityFix> {
    return this.#call('DELETE', `/quality/fixes/${encodeURIComponent(id)}`);
  }

  /** The endpoints that are told what happens. */
  listWebhooks(): Promise<WebhookEndpoints> {
    return this.#call('GET', `/webhooks`);
  }

  /** Registers an endpoint. Its secret is not shown again. */
  addWebhook(body: NewWebhook): Promise<AddedWebhook> {
    return this.#call('POST', `/webhooks`, { body });
  }

  /** Forgets an endpoint, its secrets and its delivery log. */
  removeWebhook(id: string): Promise<RemovedWebhook> {
    return this.#call('DELETE', `/webhooks/${encodeURIComponent(id)}`);
  }

  /** Gives an endpoint a new secret; until `oldUntil` messages carry the signatures of both. */
  rotateWebhookSecret(id: string): Promise<RotatedSecret> {
    return this.#call('POST', `/webhooks/${encodeURIComponent(id)}/rotate-secret`);
  }

  /** Sends again, under the ids they had, what was given up, or one event. Enables the endpoint. */
  replayWebhook(id: string, body: Replay): Promise<Replayed> {
    return this.#call('POST', `/webhooks/${encodeURIComponent(id)}/replay`, { body });
  }

  /** The delivery log, the newest first. */
  listDeliveries(
    query: { limit?: number; endpointId?: string; state?: 'waiting' | 'delivered' | 'failed' } = {},
  ): Promise<Deliveries> {
    return this.#call('GET', `/deliveries`, { query });
  }

  /** Who may sign in to the console. */
  listUsers(): Promise<Users> {
    return this.#call('GET', `/users`);
  }

  /** Gives somebody an account. The first password is not shown again. */
  addUser(body: NewUser): Promise<AddedUser> {
    return this.#call('POST', `/users`, { body });
  }

  /** Gives somebody another role, and ends their sessions. The last admin stays one. */
  changeUserRole(id: string, body: NewRole): Promise<ChangedRole> {
    return this.#call('POST', `/users/${encodeURIComponent(id)}/role`, { body });
  }

  /** Gives somebody a new password, shown once, and ends their sessions. */
  resetPassword(id: string): Promise<NewPassword> {
    return this.#call('POST', `/users/${encodeURIComponent(id)}/reset-password`);
  }

  /** Takes somebody’s account away, and ends their sessions. The last admin stays. */
  removeUser(id: string): Promise<RemovedAccess> {
    return this.#call('DELETE', `/users/${encodeURIComponent(id)}`);
  }

  /** The keys by which programs call the API. */
  listKeys(): Promise<ApiKeys> {
    return this.#call('GET', `/keys`);
  }

  /** Makes a key for a program. It is not shown again. */
  addKey(body: NewKey): Promise<AddedKey> {
    return this.#call('POST', `/keys`, { body });
  }

  /** Revokes a key: it is refused from now on. */
  revokeKey(id: string): Promise<RemovedAccess> {
    return this.#call('DELETE', `/keys/${encodeURIComponent(id)}`);
  }

  /** Which secrets this server has, how many values of each count, and what is sealed with which key. No values. */
  getSecrets(): Promise<Secrets> {
    return this.#call('GET', `/secrets`);
  }

  /** Seals everything in the store with the first key of STAYPOWER_KEY, so that the old one can go. */
  sealAnew(): Promise<SealedAnew> {
    return this.#call('POST', `/secrets/seal-anew`);
  }

  /** What is held on a person, by table; nothing is changed. The name stands in the body so that no log keeps it. */
  findPerson(body: Whom): Promise<FoundPerson> {
    return this.#call('POST', `/people/find`, { body });
  }

  /** Who asked for erasures, when, and what still waits; the newest first. */
  listErasures(): Promise<Erasures> {
    return this.#call('GET', `/erasures`);
  }

  /** The signed receipt of an erasure that is complete; "staypower erase --verify FILE" checks it. */
  getReceipt(id: string): Promise<Receipt> {
    return this.#call('GET', `/erasures/${encodeURIComponent(id)}/receipt`);
  }

  /** Who did what, the latest first. */
  listAudit(query: { before?: string; limit?: number } = {}): Promise<AuditEntries> {
    return this.#call('GET', `/audit`, { query });
  }

  async #call<Answer>(method: string, path: string, given: Given = {}): Promise<Answer> {
    return (await (await this.#send(method, path, given)).json()) as Answer;
  }

  async #text(method: string, path: string, given: Given = {}): Promise<string> {
    return (await this.#send(method, path, given)).text();
  }

  async #send(method: string, path: string, given: Given): Promise<Response> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(given.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    const response = await fetch(`${this.#baseUrl}/v1${path}${query.size > 0 ? `?${query}` : ''}`, {
      method,
      headers: { ...this.#headers, ...(given.body !== undefined && { 'content-type': 'application/json' }) },
      ...(given.body !== undefined && { body: JSON.stringify(given.body) }),
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }

  /** Follows a stream of server-sent events, coming back after a break for what was missed. */
  async *#stream<Event>(path: string, options: StreamOptions): AsyncGenerator<Streamed<Event>> {
    let id = options.lastEventId;
    let retryMs = 2_000;
    while (!options.signal?.aborted) {
      try {
        const response = await fetch(`${this.#baseUrl}/v1${path}`, {
          headers: { ...this.#headers, ...(id !== undefined && { 'last-event-id': id }) },
          ...(options.signal && { signal: options.signal }),
        });
        if (!response.ok && response.status < 500) throw await refusal(response);
        let text = '';
        for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
          text += chunk;
          for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
            const block = fields(text.slice(0, end));
            text = text.slice(end + 2);
            if (block.id !== undefined) id = block.id;
            if (block.retry !== undefined) retryMs = Number(block.retry);
            if (block.data !== undefined && id !== undefined) yield { id, event: JSON.parse(block.data) as Event };
          }
        }
      } catch (error) {
        if (options.signal?.aborted) return;
        if (error instanceof StaypowerApiError) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** The fields of one block of a stream; comments are none. */
function fields(block: string): { id?: string; data?: string; retry?: string } {
  return Object.fromEntries(
    block.split('\n').flatMap((line) => {
      const [, name, value] = /^(id|data|retry): ?(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

async function refusal(response: Response): Promise<StaypowerApiError> {
  const body = (await response.json().catch(() => null)) as { error?: { code?: string; message?: string } } | null;
  const { code = 'unknown', message = `The server answered ${response.status}.` } = body?.error ?? {};
  return new StaypowerApiError(response.status, code, message);
}
