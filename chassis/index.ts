/** What services and mappings may use of the chassis. */
export { type Breaker, type BreakerState, createBreaker } from './breaker.ts';
export { type Clock, systemClock } from './clock.ts';
export { createConsulRegistrar } from './discovery/consul-registrar.ts';
export { createConsulResolver } from './discovery/consul-resolver.ts';
export { createDnsResolver } from './discovery/dns-resolver.ts';
export { createEurekaRegistrar } from './discovery/eureka-registrar.ts';
export { createEurekaResolver } from './discovery/eureka-resolver.ts';
export { createRedisRegistrar, registerInstance } from './discovery/lease.ts';
export { createRedisResolver } from './discovery/redis-resolver.ts';
export type { Registrar, Registration } from './discovery/registrar.ts';
export { type KeptRegistration, keepRegistered } from './discovery/registration.ts';
export {
  createStaticResolver,
  type FollowingResolver,
  type Instance,
  type Resolver,
  type ResolverState,
} from './discovery/resolver.ts';
export { createSrvResolver } from './discovery/srv-resolver.ts';
export { defineErrors, describeError, EXIT, KitError, messageOf } from './errors.ts';
export { createHealth, type Health } from './health.ts';
export { type ClientRequest, type ClientResponse, createHttpClient, type HttpClient } from './http/client.ts';
export { type Listening, listen } from './http/server.ts';
export { createTransport, type Transport } from './http/transport.ts';
export { connectKnex, type Knex } from './knex.ts';
export { createLifecycle, type Lifecycle, type ProcessContext, runProcess } from './lifecycle.ts';
export { createLogger, createNullLogger, type Logger } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { connect, createPool, type Pool, withTransaction } from './mysql.ts';
export { closeRedis, connectRedis, type Redis, whenRedisReady } from './redis.ts';
export { currentRequestId, REQUEST_ID_HEADER, requestIdOf, withRequestId } from './request-id.ts';
