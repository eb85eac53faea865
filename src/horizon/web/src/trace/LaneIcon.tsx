/** Small line drawings for the parts of the cloud, 18 by 18. */
import type { Lane } from "./steps.ts";

const paths: Record<Lane, string> = {
  horizon: "M2 3.5h14v9H2zM6 15.5h6M9 12.5v3",
  keystone: "M6.5 11.5a3.5 3.5 0 1 1 2.6-5.9 3.5 3.5 0 0 1-2.6 5.9zM9.5 8H16v3M13.5 8v2.4",
  "nova-api": "M6 4 2 9l4 5M12 4l4 5-4 5",
  database:
    "M3 4.5C3 3.1 5.7 2 9 2s6 1.1 6 2.5S12.3 7 9 7 3 5.9 3 4.5zM3 4.5v9C3 14.9 5.7 16 9 16s6-1.1 6-2.5v-9M3 9c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5",
  queue: "M2 5h4v8H2zM7.2 5h4v8h-4zM12.4 9H17M15 6.7 17.2 9 15 11.3",
  scheduler: "M9 2a7 7 0 1 1 0 14A7 7 0 0 1 9 2zM9 5v4l2.8 2",
  compute: "M5 5h8v8H5zM7 2v3M11 2v3M7 13v3M11 13v3M2 7h3M2 11h3M13 7h3M13 11h3",
  conductor: "M2 15.5 13 4.5M13 4.5a1.5 1.5 0 1 0 2-2 1.5 1.5 0 0 0-2 2zM10 12c2 0 4-1 5.5-3",
  glance: "M2.5 3h13v12h-13zM2.5 12l3.5-3.5 3 3 2.5-2.5 4 4M11.5 6.5h.1",
  neutron: "M9 2v5M9 7 4 12.5M9 7l5 5.5M7.5 2h3v2h-3zM2.5 12.5h3.5V16H2.5zM12 12.5h3.5V16H12z",
  cinder: "M2.5 10.5h13v5h-13zM2.5 10.5 5 3h8l2.5 7.5M12.5 13h.1",
  hypervisor: "M3 2.5h12v5H3zM3 10.5h12v5H3zM5.5 5h.1M5.5 13h.1M9 5h3.5M9 13h3.5",
};

export function LaneIcon({ lane }: { lane: Lane }) {
  return (
    <svg className="lane-icon" viewBox="0 0 18 18" width="18" height="18">
      <path d={paths[lane]} />
    </svg>
  );
}
