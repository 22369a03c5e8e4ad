import type { KubeObject } from '../api/object.ts';
import type { Change, Client, View } from '../client/client.ts';
import type { Wake } from './controller.ts';

/** The views that wake a controller. A kind that went and came back has another view. */
export class WakeSources {
  readonly #client: Client;
  readonly #onChange: (wake: Wake, change: Change<KubeObject>) => void;
  #open: readonly { readonly key: string; readonly view: View<KubeObject>; readonly stop: () => void }[] = [];

  constructor(client: Client, onChange: (wake: Wake, change: Change<KubeObject>) => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** Listens to these and to no others; returns those that are new. */
  follow(wakes: readonly Wake[]): readonly Wake[] {
    const before = new Map(this.#open.map((source) => [source.key, source]));
    const added: Wake[] = [];
    this.#open = wakes.map((wake, at) => {
      // A controller may look at one kind in two ways; the order of those stays.
      const nth = wakes.slice(0, at).filter(({ kind }) => kind === wake.kind).length;
      const key = `${wake.kind.group}/${wake.kind.plural}#${nth}`;
      const view = this.#client.view<KubeObject>(wake.kind);
      const known = before.get(key);
      if (known?.view === view) {
        before.delete(key);
        return known;
      }
      added.push(wake);
      return { key, view, stop: view.onChange((change) => this.#onChange(wake, change)) };
    });
    for (const { stop } of before.values()) stop();
    return added;
  }

  close(): void {
    for (const { stop } of this.#open) stop();
    this.#open = [];
  }
}
