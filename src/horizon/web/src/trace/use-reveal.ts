/**
 * Shows the steps one after another. Real steps take a millisecond and arrive in handfuls; nobody could follow that. So
 * the drawing keeps its own pace: brisk while the server is being made, slow when someone asks for a replay.
 */
import { useEffect, useRef, useState } from "react";

const pace_ms = { live: 105, replay: 850 };

export interface Reveal {
  /** How many of the steps that have arrived are shown. */
  shown: number;
  replaying: boolean;
  replay(): void;
  stop(): void;
}

/** `finished`: the trace was complete when the page first saw it, so there is nothing to play. */
export function useReveal(arrived: number, finished: boolean): Reveal {
  const [shown, setShown] = useState(finished ? arrived : 0);
  const [replaying, setReplaying] = useState(false);
  const calm = useRef(window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  useEffect(() => {
    if (shown >= arrived) {
      setReplaying(false);
      return undefined;
    }
    const wait_ms = replaying ? pace_ms.replay : calm.current ? 0 : pace_ms.live;
    const timer = setTimeout(() => setShown(shown + 1), wait_ms);
    return () => clearTimeout(timer);
  }, [shown, arrived, replaying]);
  return {
    shown: Math.min(shown, arrived),
    replaying,
    replay: () => {
      setShown(0);
      setReplaying(true);
    },
    stop: () => {
      setShown(arrived);
      setReplaying(false);
    },
  };
}
