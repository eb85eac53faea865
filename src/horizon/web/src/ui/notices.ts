/** Messages at the top of the page, from anywhere. */
import { useSyncExternalStore } from "react";

export interface Notice {
  id: number;
  type: "success" | "error" | "info" | "warning" | "in-progress";
  header: string;
  content?: string;
}

/** The list and who watches it; one per page, made by `makeNotices`. */
function makeNotices() {
  let list: readonly Notice[] = [];
  let count = 0;
  const watchers = new Set<() => void>();
  const set = (next: readonly Notice[]) => {
    list = next;
    for (const watcher of watchers) watcher();
  };
  const dismiss = (id: number) => set(list.filter((notice) => notice.id !== id));
  return {
    /** Shows a message; what needs no answer goes away by itself. Returns its id. */
    notify(notice: Omit<Notice, "id">): number {
      const id = ++count;
      set([{ id, ...notice }, ...list].slice(0, 4));
      if (notice.type === "success" || notice.type === "info") setTimeout(() => dismiss(id), 6000);
      return id;
    },
    dismiss,
    watch(watcher: () => void) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    read: () => list,
  };
}

export const notices = makeNotices();

export const useNotices = () => useSyncExternalStore(notices.watch, notices.read);
