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
  /** Serves a folder over HTTP on port 80. */
  readonly serveFolder: {
    readonly given: { readonly address: string; readonly folder: string };
    readonly answer: null;
  };
  /** Serves the metadata service on port 80, whose answers the parent gives. */
  readonly serveMetadata: { readonly given: { readonly address: string }; readonly answer: null };
}

/** Name of a call. */
export type CallName = keyof Calls;

/** From the parent. */
export type ToWorker =
  | { readonly id: number; readonly call: CallName; readonly given: unknown }
  | { readonly id: number; readonly metadata: MetadataAnswer };

/** To the parent. */
export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  | {
      readonly kind: 'metadata';
      readonly id: number;
      /** Address of the machine that asks. */
      readonly from: string;
      readonly request: MetadataRequest;
    };
