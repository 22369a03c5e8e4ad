import { type CelFunc, type CelInput, CelScalar, type CelValue, celMethod } from '@bufbuild/cel';
import { opaque } from './opaque.ts';

/** What `authorizer` in an expression may be asked. */
export interface AccessQuestion {
  readonly verb: string;
  /** For what is not a resource. */
  readonly path?: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** `namespace/name` of an account to ask for in place of the user. */
  readonly serviceAccount?: string;
}

export type AskAccess = (question: AccessQuestion) => { readonly allowed: boolean; readonly reason: string };

type Builder = Partial<AccessQuestion>;

// Each step of `authorizer.group(…).resource(…).check(…)` is a text: what has been said so far.
const authorizer = opaque('Authorizer');
const pathCheck = opaque('PathCheck');
const groupCheck = opaque('GroupCheck');
const resourceCheck = opaque('ResourceCheck');
const decision = opaque('Decision');

const { STRING, BOOL } = CelScalar;
type Type = ReturnType<typeof opaque>;
const said = (type: Type, value: CelValue) => JSON.parse(type.textOf(value)) as Builder;
const say = (type: Type, builder: object) => type.of(JSON.stringify(builder));

/** The value of `authorizer`; `resource` is what its `requestResource` asks for. */
export function authorizerValue(resource: Omit<AccessQuestion, 'verb'>): CelInput {
  return authorizer.of('{}', { requestResource: say(resourceCheck, resource).message });
}

function narrowing(name: string, field: keyof AccessQuestion): CelFunc {
  return celMethod(name, resourceCheck.type, [STRING], resourceCheck.type, function (text) {
    return say(resourceCheck, { ...said(resourceCheck, this), [field]: text });
  });
}

/** `ask` gives the answers of the evaluation that runs now. */
export function authorizerLibrary(ask: () => AskAccess): readonly CelFunc[] {
  const check = (builder: Builder, verb: string) => {
    const question = { group: '', plural: '', subresource: '', namespace: '', name: '', ...builder, verb };
    return say(decision, ask()(question));
  };
  const answer = (value: CelValue) => JSON.parse(decision.textOf(value)) as ReturnType<AskAccess>;
  return [
    celMethod('path', authorizer.type, [STRING], pathCheck.type, function (path) {
      return say(pathCheck, { ...said(authorizer, this), path });
    }),
    celMethod('group', authorizer.type, [STRING], groupCheck.type, function (group) {
      return say(groupCheck, { ...said(authorizer, this), group });
    }),
    celMethod('serviceAccount', authorizer.type, [STRING, STRING], authorizer.type, (namespace, name) =>
      say(authorizer, { serviceAccount: `${namespace}/${name}` }),
    ),
    celMethod('resource', groupCheck.type, [STRING], resourceCheck.type, function (plural) {
      return say(resourceCheck, { ...said(groupCheck, this), plural });
    }),
    narrowing('subresource', 'subresource'),
    narrowing('namespace', 'namespace'),
    narrowing('name', 'name'),
    narrowing('fieldSelector', 'fieldSelector'),
    narrowing('labelSelector', 'labelSelector'),
    celMethod('check', pathCheck.type, [STRING], decision.type, function (verb) {
      return check(said(pathCheck, this), verb);
    }),
    celMethod('check', resourceCheck.type, [STRING], decision.type, function (verb) {
      return check(said(resourceCheck, this), verb);
    }),
    celMethod('allowed', decision.type, [], BOOL, function () {
      return answer(this).allowed;
    }),
    celMethod('reason', decision.type, [], STRING, function () {
      return answer(this).reason;
    }),
    celMethod('errored', decision.type, [], BOOL, () => false),
    celMethod('error', decision.type, [], STRING, () => ''),
  ];
}
