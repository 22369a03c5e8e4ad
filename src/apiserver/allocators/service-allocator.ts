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
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import { AddressRange, staticBand } from './address-range.ts';
import { Pool } from './pool.ts';
import { addressErrors, defaultFamilies, familyOf, immutabilityErrors } from './service-rules.ts';

export interface ServiceAllocatorOptions {
  /** Never behind the write that is judged: the in-process client's. */
  readonly services: View<Service>;
  /** `--service-cidr`: one, or one of each family, the preferred one first. */
  readonly cidrs: readonly Cidr[];
  /** `--service-node-port-range`, both ends included. */
  readonly nodePorts: { readonly first: number; readonly last: number };
  readonly clock: Clock;
}

/** Gives services their cluster addresses, node ports and health-check ports, each to one service only. */
export function serviceAllocator(options: ServiceAllocatorOptions): AdmissionPlugin {
  const allocator = new ServiceAllocator(options);
  return {
    name: 'ServiceAllocator',
    handles: ({ kind, operation, subresource }) =>
      kind === (serviceKind as typeof kind) && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
    allocate: async (request, object) => {
      await options.services.ready();
      allocator.allocate(request, object as Draft<Service>);
    },
    validate(request, object) {
      const service = object as Service;
      const errors = [
        ...addressErrors(service),
        ...(request.old ? immutabilityErrors(service, request.old as Service) : []),
      ];
      if (errors.length > 0) throw invalid(serviceKind, service.metadata.name ?? '', errors);
      if (!request.dryRun) allocator.confirm(service);
    },
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

class ServiceAllocator {
  readonly #options: ServiceAllocatorOptions;
  readonly #ranges: readonly AddressRange[];
  readonly #ports: Pool;
  #filled = false;

  constructor(options: ServiceAllocatorOptions) {
    const { cidrs, nodePorts, clock } = options;
    this.#options = options;
    this.#ranges = cidrs.map((cidr) => new AddressRange(cidr, clock));
    const size = nodePorts.last - nodePorts.first + 1;
    this.#ports = new Pool({ size, staticBand: staticBand(size, 16, 128), clock });
  }

  /** Counts what stored services hold, now and from now on. */
  #fill(): void {
    if (this.#filled) return;
    this.#filled = true;
    const { services } = this.#options;
    for (const service of services.list()) this.#hold(service);
    services.onChange((change) => {
      if (change.type === 'modified') this.#release(change.old);
      if (change.type === 'deleted') this.#release(change.object);
      else this.#hold(change.object);
    });
  }

  #hold(service: Service): void {
    const owner = service.metadata.uid ?? '';
    for (const [pool, number] of this.#taken(service)) pool.hold(number, owner);
  }

  #release(service: Service): void {
    const owner = service.metadata.uid ?? '';
    for (const [pool, number] of this.#taken(service)) pool.release(number, owner);
  }

  #taken({ spec }: Service): readonly (readonly [Pool, number])[] {
    const taken: (readonly [Pool, number])[] = [];
    for (const address of spec?.clusterIPs ?? []) {
      const range = this.#ranges.find(({ family }) => family === familyOf(address));
      const number = range?.numberOf(address);
      if (range && number !== undefined) taken.push([range.pool, number]);
    }
    const ports = [...(spec?.ports ?? []).map(({ nodePort }) => nodePort), spec?.healthCheckNodePort];
    for (const port of ports) if (port && this.#isNodePort(port)) taken.push([this.#ports, this.#portNumber(port)]);
    return taken;
  }

  allocate(request: AdmissionRequest, service: Draft<Service>): void {
    this.#fill();
    const { spec } = service;
    // Nothing is chosen for a write that cannot succeed, so that repeating it does not use up the range.
    if (!request.old && this.#options.services.get(keyOf(service)))
      throw alreadyExists(serviceKind, service.metadata.name ?? '');
    if (!spec) return;
    const giver = new Giver(service.metadata.uid ?? '', request.dryRun);
    const errors = [
      ...defaultFamilies(
        spec,
        this.#ranges.map(({ family }) => family),
      ),
      ...this.#giveAddresses(spec, giver),
      ...this.#givePorts(spec, giver),
    ];
    if (errors.length > 0) throw invalid(serviceKind, service.metadata.name ?? '', errors);
    giver.reserveAll();
  }

  /** The write is about to happen: what it takes stays reserved until the store has answered. */
  confirm(service: Service): void {
    const owner = service.metadata.uid ?? '';
    for (const [pool, number] of this.#taken(service)) {
      if (!pool.isFreeFor(number, owner)) throw tooSlow(service);
      pool.reserve(number, owner, writeMs);
    }
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
      const range = this.#ranges.find((candidate) => candidate.family === family);
      const asked = given[index];
      const fail = (why: string) => {
        errors.push(invalidValue('spec.clusterIPs', asked ? given : [], why));
        return '';
      };
      if (!range) return fail(`no address range of family ${family} is configured on this cluster`);
      if (!asked) {
        const number = giver.any(range.pool);
        return number === undefined
          ? fail(`failed to allocate a serviceIP: range ${range.text} is full`)
          : range.addressOf(number);
      }
      const number = range.numberOf(asked);
      if (number === undefined)
        return fail(
          `failed to allocate IP ${asked}: the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${range.text}`,
        );
      if (!giver.this(range.pool, number))
        return fail(`failed to allocate IP ${asked}: provided IP is already allocated`);
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
    if (giver.this(this.#ports, this.#portNumber(port))) return [];
    return [invalidValue(field, port, 'provided port is already allocated')];
  }

  #anyPort(giver: Giver): number | undefined {
    const number = giver.any(this.#ports);
    return number === undefined ? undefined : number + this.#options.nodePorts.first;
  }

  #noPortLeft(field: string): FieldError {
    const { first, last } = this.#options.nodePorts;
    return invalidValue(field, 0, `failed to allocate a nodePort: range ${first}-${last} is full`);
  }

  #isNodePort(port: number): boolean {
    const { first, last } = this.#options.nodePorts;
    return port >= first && port <= last;
  }

  #portNumber(port: number): number {
    return port - this.#options.nodePorts.first;
  }
}

/** What one write takes, so that all of it is reserved together, or (dry run, errors) none. */
class Giver {
  readonly #owner: string;
  readonly #dryRun: boolean;
  readonly #given: (readonly [Pool, number])[] = [];

  constructor(owner: string, dryRun: boolean) {
    this.#owner = owner;
    this.#dryRun = dryRun;
  }

  this(pool: Pool, number: number): boolean {
    if (!pool.isFreeFor(number, this.#owner)) return false;
    this.#given.push([pool, number]);
    return true;
  }

  any(pool: Pool): number | undefined {
    for (let attempt = 0; attempt < 100; attempt++) {
      const number = pool.pick();
      if (number === undefined) return undefined;
      if (this.#given.some(([other, taken]) => other === pool && taken === number)) continue;
      this.#given.push([pool, number]);
      return number;
    }
    return undefined;
  }

  reserveAll(): void {
    if (this.#dryRun) return;
    for (const [pool, number] of this.#given) pool.reserve(number, this.#owner, choiceMs);
  }
}
