/** Which backend takes a volume. Pure: filters first, then the one with the most room. */

export interface BackendState {
  host: string;
  availability_zone: string;
  up: boolean;
  disabled: boolean;
  total_gb: number;
  free_gb: number;
  /** GiB promised to volumes; sparse files take less. */
  provisioned_gb: number;
}

export interface VolumeWish {
  size_gb: number;
  availability_zone: string;
  /** A copy is made where its source is. */
  only_host: string | null;
}

export type Choice = { host: string } | { refused: string };

/** How much more may be promised than there is: volumes are sparse. Cinder's own default. */
const overcommit = 20;

type Filter = [sentence: string, passes: (state: BackendState, wish: VolumeWish) => boolean];

const filters: readonly Filter[] = [
  ["is up and enabled", (state) => state.up && !state.disabled],
  ["is in the availability zone", (state, wish) => state.availability_zone === wish.availability_zone],
  ["holds the source volume", (state, wish) => wish.only_host === null || wish.only_host === state.host],
  ["has so many GiB free", (state, wish) => state.free_gb >= wish.size_gb],
  ["may promise so many GiB more", (state, wish) => state.provisioned_gb + wish.size_gb <= state.total_gb * overcommit],
];

export function chooseHost(wish: VolumeWish, states: readonly BackendState[]): Choice {
  let left = [...states];
  for (const [sentence, passes] of filters) {
    left = left.filter((state) => passes(state, wish));
    if (left.length === 0) return { refused: `No valid backend was found: none ${sentence}.` };
  }
  const room = (state: BackendState): number => state.free_gb - state.provisioned_gb / overcommit;
  const [best] = left.sort((a, b) => room(b) - room(a) || (a.host < b.host ? -1 : 1));
  return best ? { host: best.host } : { refused: "No valid backend was found." };
}
