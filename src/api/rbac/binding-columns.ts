import { ageColumn, column, nameColumn } from '../columns.ts';
import type { Column } from '../kind.ts';
import type { ClusterRoleBinding, RoleBinding, Subject } from '../schema/generated/types/rbac-v1.ts';

type Binding = RoleBinding | ClusterRoleBinding;

/** Role bindings and cluster role bindings show the same. */
export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  column('Role', ({ roleRef }) => `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`, {
    description: 'The role that is given.',
  }),
  ageColumn,
  subjectsColumn('Users', 'User', ({ name }) => name),
  subjectsColumn('Groups', 'Group', ({ name }) => name),
  subjectsColumn('ServiceAccounts', 'ServiceAccount', ({ namespace, name }) =>
    namespace ? `${namespace}/${name}` : name,
  ),
];

function subjectsColumn(title: string, kind: string, text: (subject: Subject) => string): Column<Binding> {
  return column<Binding>(
    title,
    ({ subjects }) =>
      (subjects ?? [])
        .filter((subject) => subject.kind === kind)
        .map(text)
        .join(', '),
    { wide: true, description: `${title} that the role is given to.` },
  );
}
