import { service as serviceKind } from '../../api/core/service.ts';
import {
  isHeadless,
  mayHaveNodePorts,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePorts,
} from '../../api/core/service-needs.ts';
import { type Draft, keyOf } from '../../api/object.ts';
import type { Service, ServiceSpec } from '../../api/schema/generated/types/core-v1.ts';
import { ApiError, alreadyExists, type FieldError, invalid } from '../../api/status.ts';
import { invalidValue } from '../../api/validation/field-error.ts';
import type { Cidr } from '../../base/cidr.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client, View } from '../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import { AddressClaims } from './address-claims.ts';
import { pickNumber, portBand } from './bands.ts';
import { Ledger } from './ledger.ts';
import { ServiceRanges } from './service-ranges.ts';
import { addressErrors, defaultFamilies, immutabilityErrors } from './service-rules.ts';

export interface ServiceAllocatorOptions {
  /** May do everything. Its views are never behind the write that is judged: the in-process form. */
  readonly client: Client;
  /** `--service-cidr`: one, or one of each family, the preferred one first. */
  readonly cidrs: readonly Cidr[];
  /** `--service-node-port-range`, both ends included. */
  readonly nodePorts: { readonly first: number; readonly last: number };
  readonly clock: Clock;
  readonly log: Logger;
}

/** Gives services their cluster addresses, node ports and health-check ports, each to one service only. */
export function serviceAllocator(options: ServiceAllocatorOptions): AdmissionPlugin {
  const allocator = new ServiceAllocator(options);
  return {
    name: 'ServiceAllocator',
    handles: ({ kind, operation, subresource }) =>
      kind === (serviceKind as typeof kind) && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
    allocate: (request, object) => allocator.allocate(request, object as Draft<Service>),
    async validate(request, object) {
      const service = object as Service;
      const errors = [
        ...addressErrors(service),
        ...(request.old ? immutabilityErrors(service, request.old as Service) : []),
      ];
      if (errors.length > 0) throw invalid(serviceKind, service.metadata.name ?? '', errors);
      if (!request.dryRun) await allocator.confirm(request, service);
    },
    settled: (request) => allocator.settled(request),
  };
}

/** From the choice of a number to the end of validation. A write that is refused gives its numbers back after this time. */
const choiceMs = 5000;
/** From the end of validation until the store has answered; longer than any request. */
const writeMs = 90_000;

function tooSlow({ metadata }: Service): ApiError {
  const why = 'the address or port chosen for it was given away while it was being checked; please try again';
  return new ApiError('ServerTimeout', `service ${JSON.stringify(metadata.name)} was not written: ${why}`, {
    retryAfterSeconds: 1,
  });
}

/** A cluster address, or a node port. */
type Taken = string | number;

class ServiceAllocator {
  readonly #options: ServiceAllocatorOptions;
  readonly #services: View<Service>;
  readonly #ranges: ServiceRanges;
  readonly #claims: AddressClaims;
  readonly #ledger: Ledger<Taken>;
  /** Addresses that were claimed for writes on their way. */
  readonly #claimed = new WeakMap<
    AdmissionRequest,
    { readonly service: Service; readonly addresses: readonly string[] }
  >();
  #filled = false;

  constructor(options: ServiceAllocatorOptions) {
    const { client, cidrs, clock, log } = options;
    this.#options = options;
    this.#services = client.view(serviceKind);
    this.#ranges = new ServiceRanges(client, cidrs);
    this.#claims = new AddressClaims(client, log);
    this.#ledger = new Ledger(clock);
  }

  /** Counts what stored services hold, now and from now on. */
  #fill(): void {
    if (this.#filled) return;
    this.#filled = true;
    for (const service of this.#services.list()) this.#hold(service);
    this.#services.onChange((change) => {
      if (change.type === 'modified') this.#release(change.old);
      if (change.type === 'deleted') this.#release(change.object);
      else this.#hold(change.object);
      if (change.old) this.#claims.release(keyOf(change.old), this.#lost(change.old));
    });
  }

  #hold(service: Service): void {
    for (const key of takenBy(service)) this.#ledger.hold(key, uidOf(service));
  }

  #release(service: Service): void {
    for (const key of takenBy(service)) this.#ledger.release(key, uidOf(service));
  }

  /** Addresses that a service had or was to have, and that the one that is stored has not. */
  #lost(service: Service): readonly string[] {
    const kept = this.#services.get(keyOf(service))?.spec?.clusterIPs ?? [];
    return addressesOf(service).filter((address) => !kept.includes(address));
  }

  async allocate(request: AdmissionRequest, service: Draft<Service>): Promise<void> {
    await Promise.all([this.#services.ready(), this.#ranges.ready(), this.#claims.ready()]);
    for (const address of addressesOf(service)) await this.#claims.released(address);
    this.#fill();
    const { spec } = service;
    // Nothing is chosen for a write that cannot succeed, so that repeating it does not use up the range.
    if (!request.old && this.#services.get(keyOf(service)))
      throw alreadyExists(serviceKind, service.metadata.name ?? '');
    if (!spec) return;
    const giver = new Giver((key) => this.#isFreeFor(key, service));
    const errors = [
      ...defaultFamilies(spec, this.#ranges.families),
      ...this.#giveAddresses(spec, giver),
      ...this.#givePorts(spec, giver),
    ];
    if (errors.length > 0) throw invalid(serviceKind, service.metadata.name ?? '', errors);
    if (!request.dryRun) for (const key of giver.given) this.#ledger.reserve(key, uidOf(service), choiceMs);
  }

  #isFreeFor(key: Taken, service: Service): boolean {
    if (!this.#ledger.isFreeFor(key, uidOf(service))) return false;
    return typeof key === 'number' || this.#claims.isFreeFor(key, keyOf(service));
  }

  /** The write is about to happen: what it takes stays reserved until the store has answered. */
  async confirm(request: AdmissionRequest, service: Service): Promise<void> {
    const owner = uidOf(service);
    for (const key of takenBy(service)) {
      if (!this.#ledger.isFreeFor(key, owner)) throw tooSlow(service);
      this.#ledger.reserve(key, owner, writeMs);
    }
    const addresses = await this.#claims.claim(service, request.signal);
    if (!addresses) throw tooSlow(service);
    if (addresses.length > 0) this.#claimed.set(request, { service, addresses });
  }

  /** The write has ended: what was claimed for it and is not stored is given back. */
  settled(request: AdmissionRequest): void {
    const claimed = this.#claimed.get(request);
    if (!claimed) return;
    this.#claimed.delete(request);
    const lost = this.#lost(claimed.service);
    const unused = claimed.addresses.filter((address) => lost.includes(address));
    this.#claims.release(keyOf(claimed.service), unused);
  }

  #giveAddresses(spec: Draft<ServiceSpec>, giver: Giver): readonly FieldError[] {
    if (!needsClusterIp(spec)) return [];
    if (isHeadless(spec)) {
      spec.clusterIPs = ['None'];
      return [];
    }
    const errors: FieldError[] = [];
    const given = spec.clusterIPs ?? [];
    const addresses = (spec.ipFamilies ?? []).map((family, index) => {
      const ranges = this.#ranges.of(family);
      const asked = given[index];
      const fail = (why: string) => {
        errors.push(invalidValue('spec.clusterIPs', asked ? given : [], why));
        return '';
      };
      if (!asked) {
        const address = giver.any((isFree) => firstOf(ranges, (range) => range.pick(isFree)));
        if (address === undefined)
          throw new ApiError('InternalError', `${internal}failed to allocate a serviceIP: range is full`);
        return address;
      }
      if (!ranges.some((range) => range.contains(asked)))
        return fail(`failed to allocate IP ${asked}: the provided network does not match the current range`);
      if (!giver.this(asked)) return fail(`failed to allocate IP ${asked}: provided IP is already allocated`);
      return asked;
    });
    if (errors.length > 0) return errors;
    spec.clusterIPs = addresses;
    spec.clusterIP = addresses[0] ?? '';
    return [];
  }

  #givePorts(spec: Draft<ServiceSpec>, giver: Giver): readonly FieldError[] {
    const errors: FieldError[] = [];
    if (mayHaveNodePorts(spec))
      (spec.ports ?? []).forEach((port, index) => {
        const field = `spec.ports[${index}].nodePort`;
        if (port.nodePort) errors.push(...this.#givePort(port.nodePort, field, giver));
        else if (needsNodePorts(spec)) {
          // One number serves a port that is spoken over TCP and UDP.
          const twin = spec.ports?.find(
            (other) => other.nodePort && other.port === port.port && other.protocol !== port.protocol,
          );
          const number = twin?.nodePort ?? this.#anyPort(giver);
          if (number === undefined) errors.push(this.#noPortLeft(field));
          else port.nodePort = number;
        }
      });
    if (needsHealthCheckPort(spec)) {
      const field = 'spec.healthCheckNodePort';
      if (spec.healthCheckNodePort) errors.push(...this.#givePort(spec.healthCheckNodePort, field, giver));
      else {
        const number = this.#anyPort(giver);
        if (number === undefined) errors.push(this.#noPortLeft(field));
        else spec.healthCheckNodePort = number;
      }
    }
    return errors;
  }

  #givePort(port: number, field: string, giver: Giver): readonly FieldError[] {
    const { first, last } = this.#options.nodePorts;
    if (!this.#isNodePort(port))
      return [
        invalidValue(
          field,
          port,
          `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
        ),
      ];
    if (giver.this(port)) return [];
    return [invalidValue(field, port, 'provided port is already allocated')];
  }

  #anyPort(giver: Giver): number | undefined {
    const { first, last } = this.#options.nodePorts;
    const size = last - first + 1;
    return giver.any((isFree) => {
      const number = pickNumber({ size, staticBand: portBand(size) }, (candidate) => isFree(candidate + first));
      return number === undefined ? undefined : number + first;
    });
  }

  #noPortLeft(field: string): FieldError {
    const { first, last } = this.#options.nodePorts;
    return invalidValue(field, 0, `failed to allocate a nodePort: range ${first}-${last} is full`);
  }

  #isNodePort(port: number): boolean {
    const { first, last } = this.#options.nodePorts;
    return port >= first && port <= last;
  }
}

/** As upstream begins what it could not do. */
const internal = 'Internal error occurred: ';

function firstOf<T, R>(items: readonly T[], of: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = of(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

function uidOf({ metadata }: Service): string {
  return metadata.uid ?? '';
}

function addressesOf({ spec }: { readonly spec?: { readonly clusterIPs?: readonly string[] } }): readonly string[] {
  return (spec?.clusterIPs ?? []).filter((address) => address !== 'None' && address !== '');
}

function takenBy(service: Service): readonly Taken[] {
  const { spec } = service;
  const ports = [...(spec?.ports ?? []).map(({ nodePort }) => nodePort), spec?.healthCheckNodePort];
  return [...addressesOf(service), ...ports.filter((port): port is number => port !== undefined && port !== 0)];
}

/** What one write takes, so that all of it is reserved together, or (dry run, errors) none. */
class Giver {
  readonly #isFree: (key: Taken) => boolean;
  readonly given = new Set<Taken>();

  constructor(isFree: (key: Taken) => boolean) {
    this.#isFree = isFree;
  }

  this(key: Taken): boolean {
    if (!this.#isFree(key)) return false;
    this.given.add(key);
    return true;
  }

  any<K extends Taken>(pick: (isFree: (key: Taken) => boolean) => K | undefined): K | undefined {
    const key = pick((candidate) => !this.given.has(candidate) && this.#isFree(candidate));
    if (key !== undefined) this.given.add(key);
    return key;
  }
}
