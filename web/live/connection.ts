// One connection to the live engine that comes back by itself: WebSocket, or server-sent events where a proxy blocks it.
// Rule: each topic is resumed from the last sequence that was applied, so nothing is missed and nothing comes twice.

/** What the server says; contract.md lists the kinds. */
export interface LiveMessage {
  is: string;
  topic?: string;
  kind?: string;
  seq?: number;
  html?: string;
  value?: unknown;
  readers?: number;
  writers?: number;
  writing?: string[];
  back_in?: number;
  heartbeat?: number;
  counters?: Counters;
  votes?: { number: number; votes: number }[];
  post?: { number: number; version: number; author: { name: string } };
  thread?: { movedTo: { id: number; url: string } | null };
  case?: unknown;
  marker?: number;
  at?: string;
}

export interface Counters {
  bell?: number;
  queue?: number;
}

export type Here = "reading" | "writing" | "away";

export interface Listener {
  message(message: LiveMessage): void;
  /** True when live; false when the connection is gone (again and again until it is back). */
  state(isLive: boolean): void;
}

const helloWithin = 4_000; // ms; then the other way of travelling is tried, and so within 5 s
const shortestPause = 500;
const longestPause = 60_000;
const refusedPause = 10 * 60_000; // the server found this client misbehaving; the same again soon would be the same again
const resync = 4000;
const policyViolation = 1008;

export class Connection {
  private readonly since = new Map<string, number | undefined>();
  /** Topics that are not whole yet on this connection, with the number at which they are. */
  private readonly due = new Map<string, number>();
  private socket: WebSocket | undefined;
  private stream: EventSource | undefined;
  private tries = 0;
  private usesStream = false;
  private hadSocket = false;
  private silence = 0;
  private pause = 0;
  private notBefore = 0;
  private heartbeat = 25;
  private heardAt = 0;

  constructor(private readonly listener: Listener) {}

  /** Follows a topic from `since` on (a page's sequence); without it from now on. */
  follow(topic: string, since?: number): void {
    this.since.set(topic, since);
    this.due.set(topic, Infinity);
    if (this.isOpen()) this.send({ do: "follow", topic, ...(since === undefined ? {} : { since }) });
  }

  here(topic: string, state: Here): void {
    if (this.isOpen()) this.send({ do: "here", topic, state });
  }

  /** Is everything followed, and has all that was missed come? */
  isWhole(): boolean {
    return this.due.size === 0;
  }

  open(): void {
    this.heardAt = Date.now();
    window.clearTimeout(this.pause);
    this.close();
    for (const topic of this.since.keys()) this.due.set(topic, Infinity);
    if (this.usesStream) this.openStream();
    else this.openSocket();
  }

  /**
   * Tries at once, when it is not connected: the device woke up or is online again. Timers stand still while a device sleeps, and a
   * socket still says that it is open: whether it can be is a matter of the clock. Not when the server has refused it.
   */
  wake(): void {
    const isConnected = this.isOpen() || this.stream?.readyState === EventSource.OPEN;
    const isSilent = Date.now() - this.heardAt > this.heartbeat * 2_500;
    if ((isConnected && !isSilent) || Date.now() < this.notBefore) return;
    this.tries = 0;
    this.open();
  }

  private isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  private send(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  private openSocket(): void {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`, "forum.v1");
    this.socket = socket;
    this.expectWithin(helloWithin);
    socket.onopen = () => {
      for (const [topic, since] of this.since) this.send({ do: "follow", topic, ...(since === undefined ? {} : { since }) });
    };
    socket.onmessage = (event) => this.receive(String(event.data));
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      // A proxy that lets no WebSocket through closes before any hello; a server that stops says goodbye first.
      if (!this.hadSocket && this.tries >= 1) this.usesStream = true;
      if (event.code === policyViolation) this.refused();
      else this.lost(event.code === resync ? 0 : undefined);
    };
  }

  private openStream(): void {
    const parameters = new URLSearchParams();
    for (const [topic, since] of this.since) {
      parameters.append("topic", topic);
      if (topic.startsWith("thread/") && since !== undefined) parameters.append("since", String(since));
    }
    const stream = new EventSource(`/live/events?${parameters}`);
    this.stream = stream;
    this.expectWithin(helloWithin);
    stream.onmessage = (event) => this.receive(String(event.data));
    // Its own coming back knows no spread: ours does. And the proxy may be gone: a socket is tried in turn.
    stream.onerror = () => {
      if (this.stream !== stream) return;
      this.usesStream = false;
      this.lost();
    };
  }

  private receive(data: string): void {
    this.heardAt = Date.now();
    const message = JSON.parse(data) as LiveMessage;
    if (message.is === "hello") {
      this.heartbeat = message.heartbeat ?? this.heartbeat;
      this.hadSocket ||= this.socket !== undefined;
      this.tries = 0;
      this.listener.state(true);
    }
    this.expectWithin(this.heartbeat * 2_500);
    if (message.topic !== undefined && message.seq !== undefined && this.since.has(message.topic)) {
      const applied = this.since.get(message.topic);
      if (message.is === "event" && applied !== undefined && message.seq <= applied) return;
      if (message.is !== "following" || applied === undefined) this.since.set(message.topic, message.seq);
    }
    if (message.topic !== undefined) this.settle(message.topic, message);
    if (message.is === "goodbye") {
      // Readers are spread over the seconds of the server's window; the moment within one's second is one's own.
      this.lost(((message.back_in ?? 5) - Math.random()) * 1000);
    }
    this.listener.message(message);
  }

  private settle(topic: string, message: LiveMessage): void {
    if (message.is === "following") this.due.set(topic, message.seq ?? 0);
    const due = this.due.get(topic);
    if (due === undefined) return;
    // The page is read anew, and from the topic's number on it follows again.
    if (message.is === "resync" && due !== Infinity) this.since.set(topic, Math.max(due, this.since.get(topic) ?? 0));
    if (message.is === "refused" || message.is === "resync" || (this.since.get(topic) ?? 0) >= due) this.due.delete(topic);
  }

  /** Without a word for this long the connection is taken for dead: phones and proxies do not always say so. */
  private expectWithin(milliseconds: number): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => {
      this.usesStream = !this.usesStream && !this.hadSocket;
      this.lost();
    }, milliseconds);
  }

  private refused(): void {
    const wait = refusedPause * (1 + Math.random());
    this.notBefore = Date.now() + wait;
    this.lost(wait);
  }

  private lost(wait?: number): void {
    this.close();
    this.listener.state(false);
    // Full jitter: after a restart all readers come back spread over the whole pause.
    const most = Math.min(longestPause, shortestPause * 2 ** this.tries);
    this.tries += 1;
    window.clearTimeout(this.pause);
    this.pause = window.setTimeout(() => this.open(), wait ?? Math.random() * most);
  }

  private close(): void {
    window.clearTimeout(this.silence);
    const { socket, stream } = this;
    this.socket = undefined;
    this.stream = undefined;
    socket?.close();
    stream?.close();
  }
}
