import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CustomerParent, PointsBalanceParent, LedgerBalanceConnectionParent } from '../graphql/resolvers/parents.ts';
import type { OperationContext } from '../graphql/context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant, RFC 3339 with an offset: `"2026-01-31T18:30:00Z"`. */
  DateTime: { input: Date; output: Date; }
  /**
   * A signed decimal number, exact, as text: `"8500.000"`. The platform keeps up to 18 digits, three of them decimals;
   * nothing on the way passes through a float. `Intl.NumberFormat().format("8500.000")` prints it.
   */
  Decimal: { input: string; output: string; }
  /** A date and time without a zone, read in the platform cluster's own zone: `"2026-01-31T23:59:59"`. Years 1900 to 2199. */
  LocalDateTime: { input: string; output: string; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** A person enrolled in the org's loyalty programs. */
export type Customer = {
  readonly __typename?: 'Customer';
  /**
   * The brand's own reference; null where the customer has none. Comes with the ledger answer: costs no call beside
   * `ledgerBalance`, one without it; one to three more where that ledger is empty, for it names nobody then.
   */
  readonly externalId?: Maybe<Scalars['String']['output']>;
  /**
   * The platform's customer id: a 64-bit number, as text, digit for digit.
   *
   * Costs no call, except below `customerByIdentifier` where nothing else of the customer is selected: one.
   */
  readonly id: Scalars['ID']['output'];
  /**
   * Closing balances per program and points category, as of now or of `filter.endDate`.
   *
   * Costs one platform call for every page of the platform's that is needed to fill `first`. Null with an error at this
   * path when it could not be read: `CUSTOMER_NOT_FOUND`, `INVALID_FILTER`, `FORBIDDEN` or one of the `PLATFORM_*` codes.
   */
  readonly ledgerBalance?: Maybe<LedgerBalanceConnection>;
  /**
   * Points of one program, or the sum over all. `allPrograms: true` wins over `programId`; with neither, the org's
   * default program answers.
   *
   * Costs one platform call. Null with an error at this path when it could not be read: `CUSTOMER_NOT_FOUND`,
   * `INVALID_PROGRAM`, `INVALID_GROUP`, `FORBIDDEN` or one of the `PLATFORM_*` codes.
   */
  readonly pointsBalance?: Maybe<PointsBalance>;
};


/** A person enrolled in the org's loyalty programs. */
export type CustomerLedgerBalanceArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<LedgerBalanceFilter>;
  first: Scalars['Int']['input'];
  maxAge?: InputMaybe<Scalars['Int']['input']>;
};


/** A person enrolled in the org's loyalty programs. */
export type CustomerPointsBalanceArgs = {
  allPrograms: Scalars['Boolean']['input'];
  entityType: EntityType;
  maxAge?: InputMaybe<Scalars['Int']['input']>;
  programId?: InputMaybe<Scalars['ID']['input']>;
};

/** One customer named by what the brand knows of them, instead of by the platform's id. */
export type CustomerLookupInput = {
  /** Which account of a source that has several (WeChat, Facebook, ...). */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /**
   * One identifier, or several (up to five, each name once) where the org has dual eligibility: the platform picks the
   * primary one.
   */
  readonly identifiers: ReadonlyArray<IdentifierInput>;
  /** The source in which the identifier is registered. */
  readonly source: CustomerSource;
};

/** Where a customer was registered. An identifier is looked up within one source. */
export type CustomerSource =
  /** Every source. */
  | 'ALL'
  /** An e-commerce site. */
  | 'ECOMMERCE'
  /** Facebook. Needs `accountId`. */
  | 'FACEBOOK'
  /** The brand's shops: the default. Has one account. */
  | 'INSTORE'
  /** JD. */
  | 'JD'
  /** LINE. */
  | 'LINE'
  /** A MartJack web shop. */
  | 'MARTJACK'
  /** Taobao. */
  | 'TAOBAO'
  /** Tmall. */
  | 'TMALL'
  /** The brand's website. */
  | 'WEBSITE'
  /** Web engagement, Capillary's `WEB_ENGAGE`. */
  | 'WEB_ENGAGE'
  /** WeChat. Needs `accountId`. */
  | 'WECHAT';

/** Whose figures a points balance shows. */
export type EntityType =
  /** The customer's own. */
  | 'CUSTOMER'
  /** Those of the group (fleet) the customer belongs to. */
  | 'FLEET';

/** How old an answer is. */
export type Freshness = {
  readonly __typename?: 'Freshness';
  /** When the platform gave it. */
  readonly readAt: Scalars['DateTime']['output'];
  /** True when a newer answer was wanted and could not be had: the platform was down or its quota spent. */
  readonly stale: Scalars['Boolean']['output'];
};

/** An identifier: what kind it is, and its value. */
export type IdentifierInput = {
  /** What kind of identifier it is. */
  readonly name: IdentifierName;
  /**
   * The identifier as the brand stores it, without commas. Mobiles: digits with the country code; a leading `+`, spaces,
   * dots, hyphens and brackets are dropped.
   */
  readonly value: Scalars['String']['input'];
};

/** The kinds of identifiers that both balances can be asked by. */
export type IdentifierName =
  /** The brand's own reference for a loyalty card. */
  | 'CARD_EXTERNAL_ID'
  /** The number of a loyalty card. */
  | 'CARD_NUMBER'
  /** An e-mail address. */
  | 'EMAIL'
  /** The brand's own reference for the customer. */
  | 'EXTERNAL_ID'
  /** A mobile number with its country code. */
  | 'MOBILE';

/** Closing balances in the platform's order, one row per program, points category and alternate currency. */
export type LedgerBalanceConnection = {
  readonly __typename?: 'LedgerBalanceConnection';
  /** The rows, each with its cursor. */
  readonly edges: ReadonlyArray<LedgerBalanceEdge>;
  /** Of the oldest page in this answer. */
  readonly freshness: Freshness;
  /** The rows. May be fewer than `first` while `pageInfo.hasNextPage` is true: go on after `pageInfo.endCursor`. */
  readonly nodes: ReadonlyArray<LedgerClosingBalance>;
  /** Where this page stands among all rows. */
  readonly pageInfo: PageInfo;
  /** `totalEntries` as the platform counts it: the ledger's entries over all its pages, not the rows shown here. */
  readonly totalEntries: Scalars['Int']['output'];
  /** What failed beside the answer; empty when nothing did. At most 20. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** A row and its cursor. */
export type LedgerBalanceEdge = {
  readonly __typename?: 'LedgerBalanceEdge';
  /** Opaque; holds for the same customer and filter only. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: LedgerClosingBalance;
};

/**
 * Which entries of a customer's points ledger count. A filtered closing balance is that of the filtered entries, not what
 * the customer can spend.
 */
export type LedgerBalanceFilter = {
  /**
   * These alternate currencies beside the points, 1 to 50 names without commas. Not together with
   * `includeAlternateCurrencies: true`.
   */
  readonly alternateCurrencyNames?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Closing balance at this moment; now when left out. */
  readonly endDate?: InputMaybe<Scalars['LocalDateTime']['input']>;
  /** All alternate currencies of the customer beside the points. Left out: false. */
  readonly includeAlternateCurrencies?: InputMaybe<Scalars['Boolean']['input']>;
  /** Count deductions made at tills of the program's concept, though another program paid. Left out: false. */
  readonly includeTillConceptEvents?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only entries of this type; all types when left out. */
  readonly ledgerEntryType?: InputMaybe<LedgerEntryType>;
  /** Only points of this category; all categories when left out. */
  readonly pointCategoryType?: InputMaybe<PointCategoryType>;
  /** Only entries of this till: the platform's till id, digits. */
  readonly tillId?: InputMaybe<Scalars['ID']['input']>;
};

/** The closing balance of one program in one points category, or in one alternate currency. */
export type LedgerClosingBalance = {
  readonly __typename?: 'LedgerClosingBalance';
  /** The currency's name, on rows of an alternate currency; null on rows of points. */
  readonly alternateCurrency?: Maybe<Scalars['String']['output']>;
  /** The currency's category (`REGULAR`, ...), on rows of an alternate currency; null on rows of points. */
  readonly alternateCurrencyCategory?: Maybe<Scalars['String']['output']>;
  /** The balance after the last entry that counts, exactly as the platform printed it. May be negative. */
  readonly closingBalance: Scalars['Decimal']['output'];
  /** `Main`, `DelayedAccrualPointCategory`, `ExternalTriggerBasedPointCategory` or one of the org's own: an open set. */
  readonly pointsCategory: Scalars['String']['output'];
  /** The program's id. */
  readonly programId: Scalars['ID']['output'];
  /** The program's name, as the org wrote it. */
  readonly programName: Scalars['String']['output'];
};

/** What an entry did to the ledger. */
export type LedgerEntryType =
  /** Points came in: an award, a transfer in, a reversed redemption. */
  | 'CREDIT'
  /** Points went out: a redemption, an expiry, a return, a transfer out. */
  | 'DEBIT'
  /** The first entry per program and category: zero, or the balance when the ledger was switched on. */
  | 'OPENING_BALANCE';

/** Where a page stands among all rows, after the Relay cursor connections specification. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Ask with `after` this cursor for the next page; null on an empty page that was asked for without `after`. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** True when there are, or may be, further rows after `endCursor`. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** True when the page was asked for with `after`. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The first row's cursor; null on an empty page that was asked for without `after`. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** The state of the points. */
export type PointCategoryType =
  /** Promised for a known date: category `DelayedAccrualPointCategory`. */
  | 'PROMISED'
  /** Redeemable now: category `Main`. */
  | 'REGULAR'
  /** Promised for an outside event: category `ExternalTriggerBasedPointCategory`. */
  | 'TRIGGER_BASED';

/** The points a customer (or their group) holds, at the moment the platform answered. Any amount may be negative. */
export type PointsBalance = {
  readonly __typename?: 'PointsBalance';
  /**
   * Whose figures these are: the customer asked for; another id only where the customer was merged (see `warnings`) or
   * the figures are a group's.
   */
  readonly entityId: Scalars['ID']['output'];
  /** Whether the figures are a customer's or a group's. */
  readonly entityType: EntityType;
  /** How old the answer is. */
  readonly freshness: Freshness;
  /** Redeemable now. */
  readonly mainPoints: Scalars['Decimal']['output'];
  /** Promised, not redeemable yet. */
  readonly promisedPoints: Scalars['Decimal']['output'];
  /** What the promised points wait for. */
  readonly promisedPointsBreakup: PromisedPointsBreakup;
  /** Main and promised points together. */
  readonly totalPoints: Scalars['Decimal']['output'];
  /** What failed beside the answer; empty when nothing did. At most 20. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** Promised points by what they wait for. The two add up to `promisedPoints`. */
export type PromisedPointsBreakup = {
  readonly __typename?: 'PromisedPointsBreakup';
  /** Waiting for a known date. */
  readonly delayedAccrualPoints: Scalars['Decimal']['output'];
  /** Waiting for an outside event. */
  readonly externalTriggerBasedPoints: Scalars['Decimal']['output'];
};

/** Where every operation starts. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * A customer by the platform's id. Asks the platform nothing until a field below needs it, so an id that nobody has
   * shows as `CUSTOMER_NOT_FOUND` at that field.
   */
  readonly customer?: Maybe<Customer>;
  /**
   * A customer by mobile, e-mail, external id or card, as known to one source. Asks the platform nothing until a field
   * below needs it; `id` alone costs one call, beside a balance it costs none.
   */
  readonly customerByIdentifier?: Maybe<Customer>;
  /**
   * Up to 100 customers in the order asked, duplicates included; each is read once, and one failure empties one place.
   * What is read of them counts towards the platform calls that one operation may make (25 unless configured).
   */
  readonly customers: ReadonlyArray<Maybe<Customer>>;
  /** The customer whom the caller's token names. `UNAUTHENTICATED` without one. */
  readonly me?: Maybe<Customer>;
};


/** Where every operation starts. */
export type QueryCustomerArgs = {
  id: Scalars['ID']['input'];
};


/** Where every operation starts. */
export type QueryCustomerByIdentifierArgs = {
  lookup: CustomerLookupInput;
};


/** Where every operation starts. */
export type QueryCustomersArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};

/** Something secondary failed on the platform while the answer itself holds. */
export type Warning = {
  readonly __typename?: 'Warning';
  /**
   * The platform's own code: 8069 and 91009 (the customer was merged, the survivor's data is shown), 900 and 11002
   * (events are still pending), ...
   */
  readonly code: Scalars['Int']['output'];
  /** What the code means, in this gateway's words. */
  readonly message: Scalars['String']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Customer: Customer;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Customer:
    ( { __typename: 'Customer' }
    & GraphQLRecursivePick<FederationTypes['Customer'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Customer: ResolverTypeWrapper<CustomerParent>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CustomerLookupInput: CustomerLookupInput;
  CustomerSource: CustomerSource;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  EntityType: EntityType;
  Freshness: ResolverTypeWrapper<Freshness>;
  IdentifierInput: IdentifierInput;
  IdentifierName: IdentifierName;
  LedgerBalanceConnection: ResolverTypeWrapper<LedgerBalanceConnectionParent>;
  LedgerBalanceEdge: ResolverTypeWrapper<LedgerBalanceEdge>;
  LedgerBalanceFilter: LedgerBalanceFilter;
  LedgerClosingBalance: ResolverTypeWrapper<LedgerClosingBalance>;
  LedgerEntryType: LedgerEntryType;
  LocalDateTime: ResolverTypeWrapper<Scalars['LocalDateTime']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PointCategoryType: PointCategoryType;
  PointsBalance: ResolverTypeWrapper<PointsBalanceParent>;
  PromisedPointsBreakup: ResolverTypeWrapper<PromisedPointsBreakup>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Warning: ResolverTypeWrapper<Warning>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Customer: CustomerParent;
  String: Scalars['String']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Boolean: Scalars['Boolean']['output'];
  CustomerLookupInput: CustomerLookupInput;
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  Freshness: Freshness;
  IdentifierInput: IdentifierInput;
  LedgerBalanceConnection: LedgerBalanceConnectionParent;
  LedgerBalanceEdge: LedgerBalanceEdge;
  LedgerBalanceFilter: LedgerBalanceFilter;
  LedgerClosingBalance: LedgerClosingBalance;
  LocalDateTime: Scalars['LocalDateTime']['output'];
  PageInfo: PageInfo;
  PointsBalance: PointsBalanceParent;
  PromisedPointsBreakup: PromisedPointsBreakup;
  Query: Record<PropertyKey, never>;
  Warning: Warning;
};

export type CustomerResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Customer'] = ResolversParentTypes['Customer'], FederationReferenceType extends FederationReferenceTypes['Customer'] = FederationReferenceTypes['Customer']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Customer']> | FederationReferenceType, FederationReferenceType, ContextType>;
  externalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ledgerBalance?: Resolver<Maybe<ResolversTypes['LedgerBalanceConnection']>, ParentType, ContextType, RequireFields<CustomerLedgerBalanceArgs, 'first'>>;
  pointsBalance?: Resolver<Maybe<ResolversTypes['PointsBalance']>, ParentType, ContextType, RequireFields<CustomerPointsBalanceArgs, 'allPrograms' | 'entityType'>>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type FreshnessResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Freshness'] = ResolversParentTypes['Freshness']> = {
  readAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  stale?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type LedgerBalanceConnectionResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['LedgerBalanceConnection'] = ResolversParentTypes['LedgerBalanceConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['LedgerBalanceEdge']>, ParentType, ContextType>;
  freshness?: Resolver<ResolversTypes['Freshness'], ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['LedgerClosingBalance']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalEntries?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
};

export type LedgerBalanceEdgeResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['LedgerBalanceEdge'] = ResolversParentTypes['LedgerBalanceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['LedgerClosingBalance'], ParentType, ContextType>;
};

export type LedgerClosingBalanceResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['LedgerClosingBalance'] = ResolversParentTypes['LedgerClosingBalance']> = {
  alternateCurrency?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  alternateCurrencyCategory?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  closingBalance?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  pointsCategory?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  programId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  programName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export interface LocalDateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['LocalDateTime'], any> {
  name: 'LocalDateTime';
}

export type PageInfoResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PointsBalanceResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['PointsBalance'] = ResolversParentTypes['PointsBalance']> = {
  entityId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  entityType?: Resolver<ResolversTypes['EntityType'], ParentType, ContextType>;
  freshness?: Resolver<ResolversTypes['Freshness'], ParentType, ContextType>;
  mainPoints?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  promisedPoints?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  promisedPointsBreakup?: Resolver<ResolversTypes['PromisedPointsBreakup'], ParentType, ContextType>;
  totalPoints?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
};

export type PromisedPointsBreakupResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['PromisedPointsBreakup'] = ResolversParentTypes['PromisedPointsBreakup']> = {
  delayedAccrualPoints?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  externalTriggerBasedPoints?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType, RequireFields<QueryCustomerArgs, 'id'>>;
  customerByIdentifier?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType, RequireFields<QueryCustomerByIdentifierArgs, 'lookup'>>;
  customers?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Customer']>>, ParentType, ContextType, RequireFields<QueryCustomersArgs, 'ids'>>;
  me?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType>;
};

export type WarningResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Warning'] = ResolversParentTypes['Warning']> = {
  code?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = OperationContext> = {
  Customer?: CustomerResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  Freshness?: FreshnessResolvers<ContextType>;
  LedgerBalanceConnection?: LedgerBalanceConnectionResolvers<ContextType>;
  LedgerBalanceEdge?: LedgerBalanceEdgeResolvers<ContextType>;
  LedgerClosingBalance?: LedgerClosingBalanceResolvers<ContextType>;
  LocalDateTime?: GraphQLScalarType;
  PageInfo?: PageInfoResolvers<ContextType>;
  PointsBalance?: PointsBalanceResolvers<ContextType>;
  PromisedPointsBreakup?: PromisedPointsBreakupResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Warning?: WarningResolvers<ContextType>;
};

