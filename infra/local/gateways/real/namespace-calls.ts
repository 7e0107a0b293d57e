/** What is asked of a process inside a namespace, and what does it answer? All of it JSON. */
import type { MetadataAnswer, MetadataRequest } from '../../cloud/guests.js';

/** One request to a proxy, or to a probe's port. */
export interface AskCall {
  /** Address that it comes from. */
  readonly from: string;
  readonly host: string;
  readonly port: number;
  /** What stands in the request's first line: a path, or for a proxy an absolute URL. */
  readonly target: string;
  readonly timeoutSeconds: number;
  /** How long the answer takes on its way, at the edge's pace; over at once unless told. */
  readonly lastsSeconds?: number;
  /** How many bytes the proxy is to answer with, which are thrown away; its name unless told. */
  readonly bytes?: number;
}

/** How a request ended. */
export type AskEnd =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string; readonly seconds: number }
  | {
      /** `reset`: on a connection that stood; `refused`: none came about. */
      readonly kind: 'refused' | 'reset' | 'silent';
      readonly because: string;
      readonly seconds: number;
    };

/** Requests whose answers last until they are let go. */
export interface HoldCall extends Omit<AskCall, 'timeoutSeconds' | 'lastsSeconds'> {
  readonly count: number;
}

/** Requests one after the other at a pace, until they are stopped. */
export interface LoadCall extends AskCall {
  readonly everyMs: number;
}

/** One of them; times in milliseconds since the epoch. */
export interface LoadSample {
  readonly at: number;
  readonly end: AskEnd;
}

/** Everything that can be asked, with what is answered. */
export interface Calls {
  readonly ask: { readonly given: AskCall; readonly answer: AskEnd };
  readonly startLoad: { readonly given: LoadCall; readonly answer: { readonly id: number } };
  readonly stopLoad: { readonly given: { readonly id: number }; readonly answer: readonly LoadSample[] };
  /** Ends once all of them stand. */
  readonly hold: { readonly given: HoldCall; readonly answer: { readonly id: number } };
  /** How those ended that didn't last until now. */
  readonly letGo: { readonly given: { readonly id: number }; readonly answer: readonly AskEnd[] };
  /** Serves folders over HTTP on port 80, each under its name. */
  readonly serveFolders: {
    readonly given: { readonly address: string; readonly folders: Readonly<Record<string, string>> };
    readonly answer: null;
  };
  /** Serves on port 80 of an address what the parent answers. */
  readonly serve: { readonly given: { readonly address: string }; readonly answer: null };
}

/** Name of a call. */
export type CallName = keyof Calls;

/** From the parent. */
export type ToWorker =
  | { readonly id: number; readonly call: CallName; readonly given: unknown }
  | { readonly id: number; readonly reply: MetadataAnswer };

/** To the parent. */
export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  | {
      readonly kind: 'asked';
      readonly id: number;
      /** Address that was asked. */
      readonly at: string;
      /** Address of the machine that asks. */
      readonly from: string;
      readonly request: MetadataRequest;
    };
