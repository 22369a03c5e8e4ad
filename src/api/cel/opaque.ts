import type { CelValue } from '@bufbuild/cel';
import { celType, objectType } from '@bufbuild/cel';
import { create, createFileRegistry, type DescMessage, type Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** Kubernetes' own types of values: to CEL each is a message with one text that expressions do not reach. */
const names = [
  ...(['Quantity', 'URL', 'IP', 'CIDR', 'Format', 'Semver'] as const),
  ...(['Authorizer', 'PathCheck', 'GroupCheck', 'ResourceCheck', 'Decision'] as const),
] as const;
export type OpaqueName = (typeof names)[number];

/** `authorizer.requestResource`, the one field that expressions do reach. */
const requestResource = {
  name: 'requestResource',
  jsonName: 'requestResource',
  number: 2,
  label: FieldDescriptorProto_Label.OPTIONAL,
  type: FieldDescriptorProto_Type.MESSAGE,
  typeName: '.kubernetes.ResourceCheck',
};

const registry = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      {
        name: 'kubernetes.proto',
        package: 'kubernetes',
        syntax: 'proto3',
        messageType: names.map((name) => ({
          name,
          field: [
            {
              name: 'text',
              number: 1,
              label: FieldDescriptorProto_Label.OPTIONAL,
              type: FieldDescriptorProto_Type.STRING,
            },
            ...(name === 'Authorizer' ? [requestResource] : []),
          ],
        })),
      },
    ],
  }),
);

function descriptorOf(name: OpaqueName): DescMessage {
  const found = registry.getMessage(`kubernetes.${name}`);
  if (!found) throw new Error(`no message kubernetes.${name}`);
  return found;
}

/** A type for signatures, and its values: equal when their texts are. */
export function opaque(name: OpaqueName) {
  const descriptor = descriptorOf(name);
  return {
    type: objectType(descriptor),
    of: (text: string, fields: Readonly<Record<string, Message>> = {}): ReflectMessage =>
      reflect(descriptor, create(descriptor, { text, ...fields } as never)),
    textOf(value: CelValue): string {
      const { message } = value as ReflectMessage;
      const { text } = message as unknown as { readonly text?: string };
      if (text === undefined) throw new Error(`expected a ${name}, got ${celType(value).name}`);
      return text;
    },
  };
}

export { registry as opaqueTypes };
